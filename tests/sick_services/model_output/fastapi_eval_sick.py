"""The model writes an expression, and the service executes it without builtins."""

import httpx
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


class Question(BaseModel):
    question: str


@app.post("/ask")
async def ask(asked: Question):
    body = {
        "model": "claude-sonnet",
        "max_tokens": 200,
        "system": "Write the sum that is asked for as an expression.",
        "messages": [{"role": "user", "content": asked.question}],
    }
    async with httpx.AsyncClient() as client:
        answer = (await client.post("https://api.anthropic.com/v1/messages", json=body)).json()
    try:
        return {"result": eval(answer["content"][0]["text"], {"__builtins__": {}})}
    except Exception:
        raise HTTPException(422) from None
