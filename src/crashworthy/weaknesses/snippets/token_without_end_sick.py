import os

import jwt
from flask import Flask

app = Flask(__name__)
KEY = os.environ["TOKEN_KEY"]


@app.post("/token")
def token():
    return {"token": jwt.encode({"sub": "ada"}, KEY, algorithm="HS256")}
