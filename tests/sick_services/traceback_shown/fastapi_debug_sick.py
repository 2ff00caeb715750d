"""Debug mode is on."""

from typing import Annotated, Any

from fastapi import Body, FastAPI

app = FastAPI(debug=True)


@app.post("/orders")
def order(body: Annotated[Any, Body()]):
    return {"total": body["quantity"] * 3}
