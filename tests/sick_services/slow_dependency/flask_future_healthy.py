"""Calls its provider without a time limit at the socket, in a thread whose result it waits for two seconds only."""

import urllib.request
from concurrent.futures import ThreadPoolExecutor

from flask import Flask, jsonify, request

app = Flask(__name__)


def charge(amount):
    with urllib.request.urlopen(f"http://payments.example.com/charges?amount={amount}") as answer:
        return answer.read(1000)


@app.post("/orders")
def order():
    pool = ThreadPoolExecutor(1)
    try:
        pool.submit(charge, request.json["amount"]).result(timeout=2)
    except (TimeoutError, OSError):
        return jsonify(error="payment provider does not answer"), 502
    finally:
        pool.shutdown(wait=False)
    return jsonify(ok=True), 201


@app.get("/health")
def health():
    return jsonify(ok=True)
