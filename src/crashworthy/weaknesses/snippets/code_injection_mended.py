from typing import Annotated, Literal

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()
FORMULAS = {"sum": sum, "max": max, "min": min, "count": len}


class Report(BaseModel):
    numbers: Annotated[list[float], Field(min_length=1)]
    formula: Literal["sum", "max", "min", "count"]


@app.post("/reports")
def report(wanted: Report):
    return {"result": FORMULAS[wanted.formula](wanted.numbers)}  # the input chooses; it is never run
