"""The model writes a sum, which is computed by a reader of sums; the question is logged."""

import ast
import operator

import requests
from flask import Flask, jsonify, request

app = Flask(__name__)


def ask_model(question):
    messages = [
        {"role": "system", "content": "Write what is asked for as a sum."},
        {"role": "user", "content": question},
    ]
    body = {"model": "gpt-4o-mini", "messages": messages}
    answer = requests.post("https://api.openai.com/v1/chat/completions", json=body, timeout=5).json()
    return answer["choices"][0]["message"]["content"]


OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


def compute(node):
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](compute(node.left), compute(node.right))
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    raise ValueError


@app.post("/ask")
def ask():
    try:
        return jsonify(result=compute(ast.parse(ask_model(request.get_json()["question"]), mode="eval").body))
    except (ValueError, SyntaxError):
        return {"error": "no sum"}, 422
