import secrets

from flask import Flask, make_response

app = Flask(__name__)


@app.post("/login")
def login():
    answer = make_response("", 204)
    answer.set_cookie("sid", secrets.token_urlsafe(32))
    return answer
