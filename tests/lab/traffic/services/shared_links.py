"""What is shared has a name that only its address tells; and nobody may share much at once (FastAPI)."""

from __future__ import annotations

import secrets
import time

from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse


def make() -> FastAPI:
    """The application with a state of its own."""
    app = FastAPI()
    shared: set[str] = set()
    made: list[float] = []

    @app.post("/drops", status_code=201)
    def drop():
        made.append(time.monotonic())
        if len(made) > 2 and made[-1] - made[-3] < 0.5:
            return JSONResponse({"error": "slow down"}, 429, headers={"Retry-After": "1"})
        code = secrets.token_urlsafe(6)
        shared.add(code)
        return {"url": f"https://drops.example.com/shared/{code}"}

    @app.get("/shared/{code}")
    def fetch(code: str):
        if code not in shared:
            raise HTTPException(404, "gone")
        return {"ok": True}

    @app.delete("/shared/{code}", status_code=204)
    def remove(code: str):
        if code not in shared:
            raise HTTPException(404, "gone")
        shared.discard(code)

    return app
