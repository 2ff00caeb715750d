from flask import Flask, request
from shop.accounts import find, token_for
from werkzeug.security import check_password_hash

app = Flask(__name__)


@app.post("/login")
def login():
    account = find(request.form["email"])
    if account is None:
        return {"error": "no such account"}, 404
    if not check_password_hash(account.password_hash, request.form["password"]):
        return {"error": "wrong password"}, 401
    return {"token": token_for(account)}
