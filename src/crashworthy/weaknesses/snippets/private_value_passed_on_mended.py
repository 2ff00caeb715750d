from flask import Flask, request
from openai import OpenAI

app = Flask(__name__)
client = OpenAI(timeout=10)


@app.post("/payments")
def pay():
    data = request.form
    shown = f"a card that ends with {data['card_number'][-4:]}"
    question = f"Is a payment of {data['amount']} with {shown} a fraud?"
    messages = [{"role": "user", "content": question}]
    said = client.chat.completions.create(model="gpt-4o-mini", messages=messages)
    return {"fraud": said.choices[0].message.content == "yes"}
