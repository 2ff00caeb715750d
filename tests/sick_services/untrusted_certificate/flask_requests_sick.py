"""The provider may have any certificate."""

import requests
from flask import Flask

app = Flask(__name__)


@app.post("/charges")
def charge():
    try:
        answer = requests.post("https://payments.example.com/charges", json={"cents": 500}, timeout=3, verify=False)
    except requests.exceptions.SSLError:
        return {"error": "the provider cannot be trusted"}, 502
    return {"status": answer.status_code}
