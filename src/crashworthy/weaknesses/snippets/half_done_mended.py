import psycopg
from flask import Flask

app = Flask(__name__)
USE = "UPDATE vouchers SET used = true WHERE code = %s AND NOT used RETURNING cents"
CREDIT = "UPDATE accounts SET balance = balance + %s WHERE id = %s"


@app.post("/accounts/<int:account>/vouchers/<code>")
def redeem(account, code):
    # One transaction: committed at the end of the block, rolled back by whatever is raised in it.
    with psycopg.connect("dbname=shop") as db:
        cents = db.execute(USE, (code,)).fetchone()
        if cents is None:
            return {"error": "no such voucher"}, 404
        db.execute(CREDIT, (cents[0], account))
    return {"credited": cents[0]}
