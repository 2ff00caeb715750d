import json

import requests
from flask import Flask, request

app = Flask(__name__)
OPERATIONS = {"add": lambda a, b: a + b, "multiply": lambda a, b: a * b}


@app.post("/sums")
def compute():
    messages = [
        {"role": "system", "content": 'Answer as {"operation": "add" or "multiply", "a": number, "b": number}.'},
        {"role": "user", "content": str(request.get_json(silent=True))},
    ]
    body = {"model": "gpt-4o-mini", "messages": messages}
    answer = requests.post("https://api.openai.com/v1/chat/completions", json=body, timeout=10)
    try:
        chosen = json.loads(answer.json()["choices"][0]["message"]["content"])
        operation, a, b = OPERATIONS[chosen["operation"]], float(chosen["a"]), float(chosen["b"])
    except (ValueError, LookupError, TypeError):
        return {"error": "the model's answer was of no use"}, 502
    return {"result": operation(a, b)}
