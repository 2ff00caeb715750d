"""An export gives what is stored, however much is asked for, and each request costs some time."""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
ROWS = [{"id": number, "name": f"item {number}"} for number in range(20_000)]


class Export(BaseModel):
    prefix: str
    count: int


@app.post("/codes")
def codes(export: Export):
    return {"codes": [row for row in ROWS if row["name"].startswith("item")][: export.count]}
