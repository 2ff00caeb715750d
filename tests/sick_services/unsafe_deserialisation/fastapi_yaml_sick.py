"""Loads a YAML document with all that Python can make of it."""

import yaml
from fastapi import FastAPI, HTTPException, Request

app = FastAPI()


@app.post("/session")
async def restore(request: Request):
    try:
        return {"keys": len(yaml.load(await request.body(), Loader=yaml.UnsafeLoader))}
    except Exception:
        raise HTTPException(400) from None
