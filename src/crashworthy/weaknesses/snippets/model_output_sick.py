import requests
from flask import Flask, request

app = Flask(__name__)


@app.post("/sums")
def compute():
    messages = [
        {"role": "system", "content": "Write what is asked for as a Python expression."},
        {"role": "user", "content": request.get_json()["question"]},
    ]
    body = {"model": "gpt-4o-mini", "messages": messages}
    answer = requests.post("https://api.openai.com/v1/chat/completions", json=body, timeout=10).json()
    return {"result": eval(answer["choices"][0]["message"]["content"])}
