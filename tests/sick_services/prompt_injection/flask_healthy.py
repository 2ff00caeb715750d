"""What the customer wrote is a message of the customer's."""

import requests
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/ask")
def ask():
    question = str(request.get_json()["question"])
    messages = [
        {"role": "system", "content": "You are a helpful shop assistant."},
        {"role": "user", "content": [{"type": "text", "text": question}]},
    ]
    body = {"model": "gpt-4o-mini", "messages": messages}
    answer = requests.post("https://api.openai.com/v1/chat/completions", json=body, timeout=5).json()
    return jsonify(answer=str(answer)[:200])
