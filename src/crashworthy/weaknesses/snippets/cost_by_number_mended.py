import secrets
from typing import Annotated

from fastapi import FastAPI, Query

app = FastAPI()


@app.post("/vouchers")
def vouchers(count: Annotated[int, Query(ge=1, le=500)] = 10):
    return {"vouchers": [secrets.token_hex(8) for _ in range(count)]}
