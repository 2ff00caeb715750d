from datetime import UTC, datetime

from fastapi import FastAPI, HTTPException
from pydantic import AwareDatetime

app = FastAPI()


@app.post("/offers/check")
def check(ends_at: AwareDatetime):
    if ends_at < datetime.now(UTC):
        raise HTTPException(410, "the offer has ended")
    return {"ok": True}
