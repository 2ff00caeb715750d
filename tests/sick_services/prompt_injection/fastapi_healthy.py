"""Chooses the instructions from a list."""

import httpx
from fastapi import Body, FastAPI

app = FastAPI()
STYLES = {"short": "Answer in one sentence.", "long": "Answer in detail."}


@app.post("/ask")
async def ask(data: dict = Body()):
    question = str(data["question"])
    body = {
        "model": "claude-sonnet",
        "max_tokens": 100,
        "system": STYLES.get(question, STYLES["short"]),
        "messages": [{"role": "user", "content": question}],
    }
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.post("https://api.anthropic.com/v1/messages", json=body)
    return {"answer": answer.text[:200]}
