import os
from datetime import UTC, datetime, timedelta

import jwt
from flask import Flask

app = Flask(__name__)
KEY = os.environ["TOKEN_KEY"]


@app.post("/token")
def token():
    end = datetime.now(UTC) + timedelta(hours=1)
    return {"token": jwt.encode({"sub": "ada", "exp": end}, KEY, algorithm="HS256")}
