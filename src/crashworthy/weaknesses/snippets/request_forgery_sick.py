import requests
from flask import Flask, request

app = Flask(__name__)


@app.post("/previews")
def preview():
    # http://169.254.169.254/latest/meta-data/ answers with the keys of the machine.
    page = requests.get(request.form["url"], timeout=5)
    return {"text": page.text[:200]}
