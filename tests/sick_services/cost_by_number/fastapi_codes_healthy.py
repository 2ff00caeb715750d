"""The batch has a limit."""

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Batch(BaseModel):
    prefix: str
    count: int = Field(ge=1, le=500)


@app.post("/codes")
def codes(batch: Batch):
    return {"codes": [f"{batch.prefix}-{number:08d}" for number in range(batch.count)]}
