from datetime import datetime

from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.post("/offers/check")
def check(ends_at: datetime):
    if ends_at.replace(tzinfo=None) < datetime.utcnow():
        raise HTTPException(410, "the offer has ended")
    return {"ok": True}
