import psycopg
from flask import Flask

app = Flask(__name__)


@app.post("/payouts/<int:shop>/run")
def pay_out(shop):
    with psycopg.connect("dbname=shop") as db:
        # The lock belongs to the transaction, and ends with it, whatever becomes of the process.
        if not db.execute("SELECT pg_try_advisory_xact_lock(%s)", (shop,)).fetchone()[0]:
            return {"error": "a payout is running"}, 409
        db.execute("UPDATE orders SET paid_out = true WHERE shop = %s", (shop,))
    return {"ok": True}
