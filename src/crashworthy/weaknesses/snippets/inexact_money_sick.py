from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Line(BaseModel):
    price: float = Field(gt=0)
    quantity: int = Field(gt=0)


@app.post("/quotes")
async def quote(lines: list[Line]):
    return {"total": sum(line.price * line.quantity for line in lines)}
