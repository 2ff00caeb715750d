import json

from flask import Flask, request
from redis import Redis
from shop.orders import place

app = Flask(__name__)
answers = Redis()


@app.post("/orders")
def order():
    key = request.headers["Idempotency-Key"]
    before = answers.get(key)
    if before is not None:
        return json.loads(before)  # also to another customer, and for another order
    answer = place(request.get_json())
    answers.set(key, json.dumps(answer), ex=86400)
    return answer
