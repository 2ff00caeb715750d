from flask import Flask, request
from shop.accounts import token_if_right

app = Flask(__name__)


@app.post("/login")
def login():
    token = token_if_right(request.form["email"], request.form["password"])
    return {"token": token} if token else ({"error": "wrong e-mail or password"}, 401)
