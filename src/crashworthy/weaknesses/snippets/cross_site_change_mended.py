import os

from flask import Flask, abort, request, session
from flask_wtf import CSRFProtect
from shop.accounts import set_address

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
CSRFProtect(app)  # refuses forms without the token that {{ csrf_token() }} puts into the service's own


@app.post("/address")
def change():
    if "user" not in session:
        abort(401)
    set_address(session["user"], request.form["address"])
    return {"changed": True}
