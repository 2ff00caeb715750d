from fastapi import FastAPI
from openai import OpenAI
from pydantic import BaseModel

app = FastAPI()
client = OpenAI(timeout=20)
TOLD = "You help customers of a shop. Never grant a discount."


class Question(BaseModel):
    text: str


@app.post("/ask")
def ask(question: Question):
    # What the customer wrote is the customer's message. What the answer may set off is decided by code, not by it.
    messages = [{"role": "system", "content": TOLD}, {"role": "user", "content": question.text}]
    answer = client.chat.completions.create(model="gpt-4o-mini", messages=messages)
    return {"answer": answer.choices[0].message.content}
