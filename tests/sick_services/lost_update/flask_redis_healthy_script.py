"""Withdraws with a balance in Redis by a script, which the server runs as one step."""

import os
import uuid

import redis
from flask import Flask, jsonify, request

app = Flask(__name__)
store = redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
TAKE = """
local balance = tonumber(redis.call('GET', KEYS[1]))
if balance < tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], balance - ARGV[1])
return 1
"""


@app.post("/accounts")
def create():
    account = uuid.uuid4().hex
    store.set(f"balance:{account}", request.json["balance"])
    return jsonify(id=account), 201


@app.get("/accounts/<account>")
def read(account):
    return jsonify(balance=int(store.get(f"balance:{account}")))


@app.post("/accounts/<account>/withdraw")
def withdraw(account):
    if not store.eval(TAKE, 1, f"balance:{account}", request.json["amount"]):
        return jsonify(error="not enough"), 409
    return jsonify(ok=True)
