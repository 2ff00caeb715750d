"""A shop with enough operations that learning them anew costs something: sign-up, things, orders, and their undoing."""

from __future__ import annotations

from flask import Flask, request

app = Flask(__name__)
users: dict[str, str] = {}
items: dict[int, dict] = {}
orders: dict[int, dict] = {}


def caller():
    return request.headers.get("Authorization", "").removeprefix("Bearer t-") in users


@app.before_request
def check():
    if request.path not in ("/register", "/login") and not caller():
        return {"error": "login required"}, 401
    return None


@app.post("/register")
def register():
    data = request.get_json()
    if len(data.get("password", "")) < 8 or "@" not in data.get("email", ""):
        return {"error": "email and password are required"}, 400
    users[data["email"]] = data["password"]
    return {"ok": True}, 201


@app.post("/login")
def login():
    data = request.get_json()
    if users.get(data.get("email")) != data.get("password"):
        return {"error": "wrong"}, 401
    return {"token": "t-" + data["email"]}


@app.post("/items")
def add_item():
    data = request.get_json()
    if data.get("kind") not in ("saw", "drill"):
        return {"error": "kind must be one of saw, drill"}, 422
    number = len(items) + 1
    items[number] = {"id": number, "kind": data["kind"], "stock": 0}
    return items[number], 201


@app.get("/items/<int:item_id>")
def one_item(item_id):
    return items.get(item_id) or ({"error": "no such item"}, 404)


@app.post("/items/<int:item_id>/restock")
def restock(item_id):
    if item_id not in items:
        return {"error": "no such item"}, 404
    items[item_id]["stock"] += int(request.get_json()["amount"])
    return items[item_id]


@app.post("/orders")
def order():
    item = items.get(request.get_json().get("item_id"))
    if item is None:
        return {"error": "no such item"}, 404
    if item["stock"] < 1:
        return {"error": "out of stock"}, 409
    item["stock"] -= 1
    number = 100 + len(orders)
    orders[number] = {"id": number, "state": "open"}
    return orders[number], 201


@app.post("/orders/<int:order_id>/pay")
def pay(order_id):
    if order_id not in orders:
        return {"error": "no such order"}, 404
    orders[order_id]["state"] = "paid"
    return orders[order_id]


@app.post("/orders/<int:order_id>/refund")
def refund(order_id):
    if order_id not in orders:
        return {"error": "no such order"}, 404
    if orders[order_id]["state"] != "paid":
        return {"error": "only a paid order can be refunded"}, 409
    orders[order_id]["state"] = "refunded"
    return orders[order_id]


@app.get("/orders")
def all_orders():
    return list(orders.values())
