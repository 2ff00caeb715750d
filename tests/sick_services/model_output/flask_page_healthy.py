"""The model's answer is put into the page escaped."""

import html

import requests
from flask import Flask, request

app = Flask(__name__)


def ask_model(question):
    messages = [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": question},
    ]
    body = {"model": "gpt-4o-mini", "messages": messages}
    answer = requests.post("https://api.openai.com/v1/chat/completions", json=body, timeout=5).json()
    return answer["choices"][0]["message"]["content"]


@app.post("/ask")
def ask():
    answer = html.escape(ask_model(request.get_json()["question"]))
    return f"<!doctype html><title>Answer</title><p>{answer}</p>"
