from typing import Annotated

import psycopg
from fastapi import FastAPI, Header

app = FastAPI()
GIVE = "UPDATE accounts SET balance = balance + %s WHERE id = %s"


@app.post("/accounts/{account_id}/deposits")
def deposit(account_id: int, cents: int, idempotency_key: Annotated[str, Header()]):
    # The key is asked for, and nobody looks whether it was there before.
    with psycopg.connect("dbname=bank") as db:
        db.execute(GIVE, (cents, account_id))
    return {"deposited": cents}
