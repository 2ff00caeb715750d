from flask import Flask, request

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 64 * 1024  # longer ones are answered with 413


@app.post("/notes")
def add():
    return {"length": len(request.get_data())}
