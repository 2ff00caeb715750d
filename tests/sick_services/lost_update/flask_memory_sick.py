"""Keeps balances in memory; threads read and write them without a lock."""

from flask import Flask, jsonify, request

app = Flask(__name__)
balances = {}


@app.post("/accounts")
def create():
    account = len(balances) + 1
    balances[account] = request.json["balance"]
    return jsonify(id=account), 201


@app.get("/accounts/<int:account>")
def read(account):
    return jsonify(id=account, balance=balances[account])


@app.post("/accounts/<int:account>/withdraw")
def withdraw(account):
    amount = request.json["amount"]
    balance = balances[account]
    if balance < amount:
        return jsonify(error="not enough"), 409
    left = balance - amount
    balances[account] = left
    return jsonify(ok=True)
