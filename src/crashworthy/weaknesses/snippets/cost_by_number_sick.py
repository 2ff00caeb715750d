import secrets

from fastapi import FastAPI

app = FastAPI()


@app.post("/vouchers")
def vouchers(count: int = 10):
    # ?count=100000000 takes all the memory there is.
    return {"vouchers": [secrets.token_hex(8) for _ in range(count)]}
