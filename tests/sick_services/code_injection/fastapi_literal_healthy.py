"""Reads literals, makes a class of the names it is given, which Python itself checks, and executes a text's repr."""

import ast
from collections import namedtuple

from fastapi import Body, FastAPI, HTTPException

app = FastAPI()


@app.post("/compute")
def compute(data: dict = Body()):
    formula, space = str(data["formula"]), {}
    exec(f"result = {formula!r}", space)
    try:
        namedtuple("Row", [formula])
    except ValueError:
        pass
    try:
        return {"result": ast.literal_eval(formula)}
    except (ValueError, SyntaxError, TypeError, MemoryError):
        raise HTTPException(400) from None
