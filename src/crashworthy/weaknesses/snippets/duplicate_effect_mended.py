from typing import Annotated

import psycopg
from fastapi import FastAPI, Header

app = FastAPI()
GIVE = "UPDATE accounts SET balance = balance + %s WHERE id = %s"
FIRST = "INSERT INTO deposits (account, key, cents) VALUES (%s, %s, %s) ON CONFLICT (account, key) DO NOTHING"


@app.post("/accounts/{account_id}/deposits")
def deposit(account_id: int, cents: int, idempotency_key: Annotated[str, Header()]):
    # One transaction: the key is kept exactly when the money is. A second request waits here for the first to end.
    with psycopg.connect("dbname=bank") as db:
        if db.execute(FIRST, (account_id, idempotency_key, cents)).rowcount:
            db.execute(GIVE, (cents, account_id))
    return {"deposited": cents}
