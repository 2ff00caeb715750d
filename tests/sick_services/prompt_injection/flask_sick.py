"""Puts what the customer wrote into the instructions."""

import requests
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/ask")
def ask():
    question = request.get_json()["question"]
    messages = [{"role": "system", "content": f"You are a helpful shop assistant. The customer asks: {question}"}]
    body = {"model": "gpt-4o-mini", "messages": messages}
    answer = requests.post("https://api.openai.com/v1/chat/completions", json=body, timeout=5).json()
    return jsonify(answer=str(answer)[:200])
