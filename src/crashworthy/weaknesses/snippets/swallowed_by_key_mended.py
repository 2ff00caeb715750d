import hashlib
import json

from flask import Flask, request
from shop.accounts import customer_of
from shop.orders import answer_for, place

app = Flask(__name__)


@app.post("/orders")
def order():
    body = request.get_json()
    asked = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    # A key is one of this customer's, and stands for this order only. `place` keeps all three in its transaction.
    customer, key = customer_of(request), request.headers["Idempotency-Key"]
    before = answer_for(customer, key)
    if before is None:
        return place(body, customer=customer, key=key, asked=asked)
    if before.asked != asked:
        return {"error": "this key was used for another order"}, 422
    return before.answer
