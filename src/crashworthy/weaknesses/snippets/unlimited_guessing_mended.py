from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from shop.accounts import token_if_right

app = Flask(__name__)
limiter = Limiter(get_remote_address, app=app, storage_uri="redis://localhost:6379")


def wanted_account():
    return request.form.get("email", "").casefold()


@app.post("/login")
@limiter.limit("20 per minute")
@limiter.limit("5 per minute; 50 per day", key_func=wanted_account)
def login():
    token = token_if_right(request.form["email"], request.form["password"])
    return {"token": token} if token else ({"error": "wrong e-mail or password"}, 401)
