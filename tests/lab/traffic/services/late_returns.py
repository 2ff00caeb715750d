"""A tool shed: a fine comes about only when a tool is given back late, and only a past date makes it late."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask, request

app = Flask(__name__)
tools: dict[int, str] = {}
rentals: dict[int, dict] = {}
fines: dict[int, dict] = {}
coupons: dict[str, int] = {}


@app.post("/tools")
def add_tool():
    name = request.get_json().get("name")
    if not name:
        return {"error": "name is required"}, 400
    number = len(tools) + 1
    tools[number] = name
    return {"id": number, "name": name}, 201


@app.post("/coupons")
def add_coupon():
    code = request.get_json().get("code")
    if not code:
        return {"error": "code is required"}, 400
    coupons[code] = 3
    return {"code": code, "uses": 3}, 201


@app.post("/tools/<int:tool_id>/rent")
def rent(tool_id):
    if tool_id not in tools:
        return {"error": "tool not found"}, 404
    data = request.get_json(silent=True) or {}
    code = data.get("coupon_code")
    price = 100
    if code:
        if not coupons.get(code):
            return {"error": "unknown coupon_code"}, 422
        coupons[code] -= 1
        price = 50
    number = len(rentals) + 1
    rentals[number] = {"due": date.today() + timedelta(days=7), "back": False}
    return {"rental_id": number, "price": price}, 201


@app.post("/rentals/<int:rental_id>/extend")
def extend(rental_id):
    rental = rentals.get(rental_id)
    if rental is None:
        return {"error": "rental not found"}, 404
    rental["due"] += timedelta(days=int((request.get_json(silent=True) or {}).get("days", 7)))
    return {"due": rental["due"].isoformat()}


@app.post("/rentals/<int:rental_id>/back")
def give_back(rental_id):
    rental = rentals.get(rental_id)
    if rental is None:
        return {"error": "rental not found"}, 404
    if rental["back"]:
        return {"error": "already back"}, 409
    rental["back"] = True
    late = (date.today() - rental["due"]).days
    if late > 0:
        fines[len(fines) + 1] = {"id": len(fines) + 1, "amount": late}
    return {"ok": True}


@app.get("/fines")
def list_fines():
    return list(fines.values())


@app.post("/fines/<int:fine_id>/pay")
def pay(fine_id):
    if fine_id not in fines:
        return {"error": "fine not found"}, 404
    return {"paid": fines[fine_id]["amount"]}
