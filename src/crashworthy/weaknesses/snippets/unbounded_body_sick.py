from flask import Flask, request

app = Flask(__name__)


@app.post("/notes")
def add():
    return {"length": len(request.get_data())}
