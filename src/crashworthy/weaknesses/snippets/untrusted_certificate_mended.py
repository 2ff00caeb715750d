import requests
from flask import Flask

app = Flask(__name__)


@app.post("/charges")
def charge():
    answer = requests.post("https://pay.internal/charges", json={"cents": 500}, timeout=5, verify="/etc/ssl/pay-ca.pem")
    return {"status": answer.status_code}
