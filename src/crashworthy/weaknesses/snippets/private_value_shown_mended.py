from flask import Flask
from login import caller
from models import User

app = Flask(__name__)


@app.get("/users")
def listed():
    me = caller()
    return {"me": {"name": me.name}, "others": [user.name for user in User.query.all()]}
