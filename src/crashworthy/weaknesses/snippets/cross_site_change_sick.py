import os

from flask import Flask, abort, request, session
from shop.accounts import set_address

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]


@app.post("/address")
def change():
    if "user" not in session:
        abort(401)
    # The cookie says who it is, and browsers send it along with the forms of other sites.
    set_address(session["user"], request.form["address"])
    return {"changed": True}
