import base64
import pickle

from flask import Flask, request

app = Flask(__name__)


@app.get("/cart")
def cart():
    kept = request.cookies.get("cart", "")
    # To unpickle is to call what the document names.
    return {"items": pickle.loads(base64.b64decode(kept)) if kept else []}
