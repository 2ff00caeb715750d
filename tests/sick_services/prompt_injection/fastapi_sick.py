"""The same with Anthropic's form of a call."""

import httpx
from fastapi import Body, FastAPI

app = FastAPI()


@app.post("/ask")
async def ask(data: dict = Body()):
    body = {
        "model": "claude-sonnet",
        "max_tokens": 100,
        "system": f"Answer in the style of {data['question']}.",
        "messages": [{"role": "user", "content": "Hello"}],
    }
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.post("https://api.anthropic.com/v1/messages", json=body)
    return {"answer": answer.text[:200]}
