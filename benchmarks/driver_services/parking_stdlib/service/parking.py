#!/usr/bin/env python3
"""Parking garage service. No dependencies: http.server, regular expressions for routes, JSON file for state."""
import json
import os
import re
import threading
import uuid
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PORT = int(os.environ.get("PORT", "8765"))
STATE_FILE = os.environ.get("STATE_FILE", "garage.json")
OPERATOR_KEY = os.environ.get("OPERATOR_KEY", "letmein-operator")
PLATE = re.compile(r"^[A-Z]{1,3}-[A-Z]{1,2} ?\d{1,4}$")

lock = threading.Lock()


def load():
    if os.path.exists(STATE_FILE):
        with open(STATE_FILE) as file:
            return json.load(file)
    return {"spots": {}, "tickets": {}, "permits": {}}


def save(state):
    with open(STATE_FILE, "w") as file:
        json.dump(state, file)


class ApiError(Exception):
    def __init__(self, code, message):
        self.code = code
        self.message = message


def need(data, name, kind):
    if name not in data:
        raise ApiError(400, f"'{name}' is required")
    if not isinstance(data[name], kind) or isinstance(data[name], bool):
        raise ApiError(400, f"'{name}' must be of type {kind.__name__}")
    return data[name]


def operator(handler):
    if handler.headers.get("X-Operator-Key") != OPERATOR_KEY:
        raise ApiError(403, "operator key required")


def list_spots(handler, state, query):
    spots = list(state["spots"].values())
    if query.get("level"):
        try:
            spots = [s for s in spots if s["level"] == int(query["level"][0])]
        except ValueError:
            raise ApiError(400, "level must be a number")
    if query.get("free") == ["true"]:
        spots = [s for s in spots if s["ticket"] is None]
    return 200, {"spots": spots}


def add_spot(handler, state, query):
    operator(handler)
    data = handler.body()
    level = need(data, "level", int)
    kind = data.get("kind", "regular")
    if kind not in ("regular", "electric", "disabled"):
        raise ApiError(400, "'kind' must be regular, electric or disabled")
    if not -3 <= level <= 10:
        raise ApiError(400, "'level' must be between -3 and 10")
    number = f"{level}-{len(state['spots']) + 1:03d}"
    state["spots"][number] = {"number": number, "level": level, "kind": kind, "ticket": None}
    return 201, state["spots"][number]


def remove_spot(handler, state, query, number):
    operator(handler)
    if number not in state["spots"]:
        raise ApiError(404, "no such spot")
    if state["spots"][number]["ticket"]:
        raise ApiError(409, "a car is parked there")
    del state["spots"][number]
    return 204, None


def enter(handler, state, query):
    data = handler.body()
    plate = need(data, "plate", str)
    if not PLATE.match(plate):
        raise ApiError(400, "'plate' must look like B-XY 1234")
    if any(t["plate"] == plate and t["left_at"] is None for t in state["tickets"].values()):
        raise ApiError(409, "this car is already parked")
    wanted = data.get("kind", "regular")
    spot = next((s for s in state["spots"].values() if s["ticket"] is None and s["kind"] == wanted), None)
    if spot is None:
        raise ApiError(409, "garage is full")
    ticket = {"id": uuid.uuid4().hex, "plate": plate, "spot": spot["number"], "paid_cents": 0,
              "entered_at": datetime.now(timezone.utc).isoformat(), "left_at": None}
    state["tickets"][ticket["id"]] = ticket
    spot["ticket"] = ticket["id"]
    return 201, ticket


def find_ticket(state, ticket_id):
    if ticket_id not in state["tickets"]:
        raise ApiError(404, "no such ticket")
    return state["tickets"][ticket_id]


def show_ticket(handler, state, query, ticket_id):
    ticket = find_ticket(state, ticket_id)
    return 200, {**ticket, "due_cents": price(ticket) - ticket["paid_cents"]}


def price(ticket):
    entered = datetime.fromisoformat(ticket["entered_at"])
    hours = int((datetime.now(timezone.utc) - entered).total_seconds() // 3600) + 1
    return min(250 * hours, 2000)


def pay(handler, state, query, ticket_id):
    ticket = find_ticket(state, ticket_id)
    data = handler.body()
    amount = need(data, "amount_cents", int)
    method = need(data, "method", str)
    if method not in {"cash", "card"}:
        raise ApiError(400, "'method' must be cash or card")
    if amount < price(ticket) - ticket["paid_cents"]:
        raise ApiError(402, f"amount_cents must be at least {price(ticket) - ticket['paid_cents']}")
    ticket["paid_cents"] += amount
    return 200, {"ticket": ticket["id"], "paid_cents": ticket["paid_cents"]}


def leave(handler, state, query, ticket_id):
    ticket = find_ticket(state, ticket_id)
    if ticket["left_at"]:
        raise ApiError(409, "already left")
    if ticket["paid_cents"] < price(ticket):
        raise ApiError(402, "pay first")
    ticket["left_at"] = datetime.now(timezone.utc).isoformat()
    state["spots"][ticket["spot"]]["ticket"] = None
    return 200, ticket


def add_permit(handler, state, query):
    operator(handler)
    data = handler.body()
    plate = need(data, "plate", str)
    if not PLATE.match(plate):
        raise ApiError(400, "'plate' must look like B-XY 1234")
    try:
        until = datetime.strptime(need(data, "valid_until", str), "%Y-%m-%d")
    except ValueError:
        raise ApiError(400, "'valid_until' must be a date like 2031-12-31")
    if until < datetime.now():
        raise ApiError(400, "'valid_until' must be in the future")
    state["permits"][plate] = {"plate": plate, "valid_until": data["valid_until"]}
    return 201, state["permits"][plate]


def show_permit(handler, state, query, plate):
    if plate not in state["permits"]:
        raise ApiError(404, "no permit for this car")
    return 200, state["permits"][plate]


def report(handler, state, query):
    operator(handler)
    done = [t for t in state["tickets"].values() if t["left_at"]]
    return 200, {"spots": len(state["spots"]), "income_cents": sum(t["paid_cents"] for t in done)}


ROUTES = [
    ("GET", re.compile(r"^/spots$"), list_spots),
    ("POST", re.compile(r"^/spots$"), add_spot),
    ("DELETE", re.compile(r"^/spots/([\d-]+)$"), remove_spot),
    ("POST", re.compile(r"^/tickets$"), enter),
    ("GET", re.compile(r"^/tickets/([0-9a-f]{32})$"), show_ticket),
    ("POST", re.compile(r"^/tickets/([0-9a-f]{32})/payments$"), pay),
    ("POST", re.compile(r"^/tickets/([0-9a-f]{32})/exit$"), leave),
    ("POST", re.compile(r"^/permits$"), add_permit),
    ("GET", re.compile(r"^/permits/([^/]+)$"), show_permit),
    ("GET", re.compile(r"^/report$"), report),
]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def body(self):
        length = int(self.headers.get("Content-Length") or 0)
        try:
            data = json.loads(self.rfile.read(length) or b"{}")
        except ValueError:
            raise ApiError(400, "body is not JSON")
        if not isinstance(data, dict):
            raise ApiError(400, "body must be an object")
        return data

    def dispatch(self):
        from urllib.parse import unquote
        url = urlsplit(self.path)
        try:
            for method, pattern, view in ROUTES:
                match = pattern.match(unquote(url.path))
                if match and method == self.command:
                    with lock:
                        state = load()
                        status, answer = view(self, state, parse_qs(url.query), *match.groups())
                        save(state)
                    return self.reply(status, answer)
            raise ApiError(404, "not found")
        except ApiError as error:
            self.reply(error.code, {"error": error.message})

    def reply(self, status, answer):
        data = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = dispatch

    def log_message(self, format, *args):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
    print(f"Parking service on http://127.0.0.1:{PORT}")
    server.serve_forever()
