import psycopg
from flask import Flask

app = Flask(__name__)


@app.post("/payouts/<int:shop>/run")
def pay_out(shop):
    with psycopg.connect("dbname=shop", autocommit=True) as db:
        begin = "UPDATE shops SET busy = true WHERE id = %s AND NOT busy RETURNING id"
        if db.execute(begin, (shop,)).fetchone() is None:
            return {"error": "a payout is running"}, 409
        # Who is killed here leaves a shop that is busy for ever.
        db.execute("UPDATE orders SET paid_out = true WHERE shop = %s", (shop,))
        db.execute("UPDATE shops SET busy = false WHERE id = %s", (shop,))
    return {"ok": True}
