from flask import Flask, request
from openai import OpenAI

app = Flask(__name__)
client = OpenAI(timeout=10)


@app.post("/payments")
def pay():
    data = request.form
    question = f"Is a payment of {data['amount']} with {data['card_number']} a fraud?"
    messages = [{"role": "user", "content": question}]
    said = client.chat.completions.create(model="gpt-4o-mini", messages=messages)
    return {"fraud": said.choices[0].message.content == "yes"}
