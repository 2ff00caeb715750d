from flask import Flask, request, session

app = Flask(__name__)
app.config.from_envvar("SHOP_SETTINGS")
kept = {}


def orders_of(user):
    return [f"order of {user}"]


@app.get("/orders")
def orders():
    key = (session["user"], request.path)
    if key not in kept:
        kept[key] = orders_of(session["user"])
    return {"orders": kept[key]}
