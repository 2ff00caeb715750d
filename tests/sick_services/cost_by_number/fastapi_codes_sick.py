"""A batch of any size is built in memory."""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Batch(BaseModel):
    prefix: str
    count: int


@app.post("/codes")
def codes(batch: Batch):
    return {"codes": [f"{batch.prefix}-{number:08d}" for number in range(batch.count)]}
