"""Debug mode is off, and a bad body still fails."""

from typing import Annotated, Any

from fastapi import Body, FastAPI

app = FastAPI()


@app.post("/orders")
def order(body: Annotated[Any, Body()]):
    return {"total": body["quantity"] * 3}
