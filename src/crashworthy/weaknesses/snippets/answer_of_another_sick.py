from flask import Flask, request, session

app = Flask(__name__)
app.config.from_envvar("SHOP_SETTINGS")
kept = {}


def orders_of(user):
    return [f"order of {user}"]


@app.get("/orders")
def orders():
    if request.path not in kept:
        kept[request.path] = orders_of(session["user"])
    return {"orders": kept[request.path]}
