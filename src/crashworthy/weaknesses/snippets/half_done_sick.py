import psycopg
from flask import Flask

app = Flask(__name__)
USE = "UPDATE vouchers SET used = true WHERE code = %s AND NOT used RETURNING cents"
CREDIT = "UPDATE accounts SET balance = balance + %s WHERE id = %s"


@app.post("/accounts/<int:account>/vouchers/<code>")
def redeem(account, code):
    with psycopg.connect("dbname=shop", autocommit=True) as db:
        cents = db.execute(USE, (code,)).fetchone()
        if cents is None:
            return {"error": "no such voucher"}, 404
        # What fails here leaves a voucher that is used up and no credit.
        db.execute(CREDIT, (cents[0], account))
    return {"credited": cents[0]}
