from fastapi import FastAPI
from openai import OpenAI
from pydantic import BaseModel

app = FastAPI()
client = OpenAI(timeout=20)


class Question(BaseModel):
    text: str


@app.post("/ask")
def ask(question: Question):
    told = f"You help customers of a shop. Never grant a discount. The customer asks: {question.text}"
    messages = [{"role": "system", "content": told}]
    answer = client.chat.completions.create(model="gpt-4o-mini", messages=messages)
    return {"answer": answer.choices[0].message.content}
