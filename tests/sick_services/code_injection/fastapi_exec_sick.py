"""Puts a text into code between quotes."""

from fastapi import Body, FastAPI, HTTPException

app = FastAPI()


@app.post("/compute")
def compute(data: dict = Body()):
    space = {}
    try:
        exec(f"result = 'Total: {data['formula']}'", space)
    except Exception as error:
        raise HTTPException(400, str(error)) from None
    return {"result": str(space["result"])}
