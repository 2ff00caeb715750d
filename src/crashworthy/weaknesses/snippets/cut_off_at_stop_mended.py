from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    yield
    # Here the server has finished what was under way: close what is open.


app = FastAPI(lifespan=lifespan)


@app.post("/orders")
def order(amount: int):
    return {"amount": amount}
