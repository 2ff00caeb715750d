from flask import Flask
from login import caller
from models import User

app = Flask(__name__)


@app.get("/users")
def listed():
    caller()
    return [{"name": user.name, "api_key": user.api_key} for user in User.query.all()]
