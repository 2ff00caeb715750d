"""Chat rooms with aiohttp: accounts, invitations, messages, reactions and a live feed."""
import asyncio
import hashlib
import json
import os
import re
import secrets
import time
import uuid

from aiohttp import web

PORT = int(os.environ.get("PORT", "8080"))
TOKEN_TTL = 3600
EMOJI = {"like", "laugh", "sad", "party"}

routes = web.RouteTableDef()


class Store:
    def __init__(self):
        self.users = {}
        self.tokens = {}
        self.rooms = {}
        self.messages = {}
        self.invites = {}
        self.listeners = {}


def json_error(status, message, **extra):
    return web.json_response({"error": message, **extra}, status=status)


async def read_json(request):
    try:
        data = await request.json()
    except json.JSONDecodeError:
        raise web.HTTPBadRequest(text=json.dumps({"error": "invalid json"}), content_type="application/json")
    if not isinstance(data, dict):
        raise web.HTTPBadRequest(text=json.dumps({"error": "object expected"}), content_type="application/json")
    return data


def public_room(room):
    return {"id": room["id"], "slug": room["slug"], "topic": room["topic"], "owner": room["owner"],
            "members": sorted(room["members"]), "archived": room["archived"]}


@web.middleware
async def auth_middleware(request, handler):
    handler_is_open = getattr(handler, "open_to_all", False)
    header = request.headers.get("Authorization", "")
    request["user"] = None
    if header.startswith("Bearer "):
        entry = request.app["store"].tokens.get(header[7:])
        if entry and entry["expires"] > time.time():
            request["user"] = entry["handle"]
    if request["user"] is None and not handler_is_open:
        return json_error(401, "authentication required")
    return await handler(request)


def open_to_all(handler):
    handler.open_to_all = True
    return handler


def room_of(request, member=True):
    store = request.app["store"]
    room = next((r for r in store.rooms.values() if r["slug"] == request.match_info["slug"]), None)
    if room is None:
        raise web.HTTPNotFound(text=json.dumps({"error": "no such room"}), content_type="application/json")
    if member and request["user"] not in room["members"]:
        raise web.HTTPForbidden(text=json.dumps({"error": "join the room first"}), content_type="application/json")
    return room


@routes.get("/healthz")
@open_to_all
async def healthz(request):
    return web.json_response({"ok": True, "rooms": len(request.app["store"].rooms)})


@routes.post("/accounts")
@open_to_all
async def create_account(request):
    data = await read_json(request)
    handle = data.get("handle", "")
    secret = data.get("passphrase", "")
    if not re.fullmatch(r"[a-z][a-z0-9-]{2,19}", handle):
        return json_error(400, "handle must be 3-20 lower case letters, digits or dashes, starting with a letter")
    if len(secret) < 12:
        return json_error(400, "passphrase must have at least 12 characters")
    store = request.app["store"]
    if handle in store.users:
        return json_error(409, "handle is taken")
    store.users[handle] = {"handle": handle, "hash": hashlib.sha256(secret.encode()).hexdigest()}
    return web.json_response({"handle": handle}, status=201)


@routes.post("/sessions")
@open_to_all
async def create_session(request):
    data = await read_json(request)
    user = request.app["store"].users.get(data.get("handle"))
    digest = hashlib.sha256(str(data.get("passphrase")).encode()).hexdigest()
    if user is None or user["hash"] != digest:
        return json_error(401, "wrong handle or passphrase")
    token = secrets.token_hex(16)
    request.app["store"].tokens[token] = {"handle": user["handle"], "expires": time.time() + TOKEN_TTL}
    return web.json_response({"session": {"token": token, "expires_in": TOKEN_TTL}}, status=201)


@routes.delete("/sessions/current")
async def end_session(request):
    request.app["store"].tokens.pop(request.headers["Authorization"][7:], None)
    return web.Response(status=204)


@routes.get("/me")
async def me(request):
    store = request.app["store"]
    rooms = [r["slug"] for r in store.rooms.values() if request["user"] in r["members"]]
    return web.json_response({"handle": request["user"], "rooms": rooms})


@routes.post("/rooms")
async def create_room(request):
    data = await read_json(request)
    slug = data.get("slug")
    if not isinstance(slug, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 40:
        return json_error(422, "slug is invalid", field="slug")
    if any(r["slug"] == slug for r in request.app["store"].rooms.values()):
        return json_error(409, "slug exists", field="slug")
    room = {"id": str(uuid.uuid4()), "slug": slug, "topic": data.get("topic", ""), "owner": request["user"],
            "members": {request["user"]}, "private": bool(data.get("private", False)), "archived": False}
    request.app["store"].rooms[room["id"]] = room
    request.app["store"].messages[room["id"]] = []
    return web.json_response(public_room(room), status=201, headers={"Location": f"/rooms/{slug}"})


@routes.get("/rooms")
async def list_rooms(request):
    rooms = [r for r in request.app["store"].rooms.values() if not r["private"] or request["user"] in r["members"]]
    return web.json_response({"rooms": [public_room(r) for r in rooms]})


@routes.get("/rooms/{slug}")
async def show_room(request):
    return web.json_response(public_room(room_of(request)))


@routes.patch("/rooms/{slug}")
async def change_room(request):
    room = room_of(request)
    if room["owner"] != request["user"]:
        return json_error(403, "only the owner may change the room")
    data = await read_json(request)
    if "topic" in data:
        room["topic"] = str(data["topic"])[:200]
    return web.json_response(public_room(room))


@routes.post("/rooms/{slug}/archive")
async def archive_room(request):
    room = room_of(request)
    if room["owner"] != request["user"]:
        return json_error(403, "only the owner may archive the room")
    if room["archived"]:
        return json_error(409, "already archived")
    room["archived"] = True
    return web.json_response(public_room(room))


@routes.post("/rooms/{slug}/invites")
async def invite(request):
    room = room_of(request)
    data = await read_json(request)
    guest = data.get("handle")
    if guest not in request.app["store"].users:
        return json_error(404, "no account with that handle")
    if guest in room["members"]:
        return json_error(409, "already a member")
    code = secrets.token_urlsafe(8)
    request.app["store"].invites[code] = {"room": room["id"], "handle": guest}
    return web.json_response({"code": code, "room": room["slug"], "handle": guest}, status=201)


@routes.post("/invites/{code}/accept")
async def accept_invite(request):
    store = request.app["store"]
    invitation = store.invites.get(request.match_info["code"])
    if invitation is None:
        return json_error(404, "no such invitation")
    if invitation["handle"] != request["user"]:
        return json_error(403, "the invitation is for somebody else")
    del store.invites[request.match_info["code"]]
    store.rooms[invitation["room"]]["members"].add(request["user"])
    return web.json_response(public_room(store.rooms[invitation["room"]]))


@routes.post("/rooms/{slug}/messages")
async def post_message(request):
    room = room_of(request)
    if room["archived"]:
        return json_error(409, "the room is archived")
    data = await read_json(request)
    text = data.get("text")
    if not isinstance(text, str) or not text.strip():
        return json_error(422, "text must not be empty", field="text")
    messages = request.app["store"].messages[room["id"]]
    message = {"seq": len(messages) + 1, "author": request["user"], "text": text, "reactions": {}}
    messages.append(message)
    for queue in request.app["store"].listeners.get(room["id"], ()):
        queue.put_nowait(message)
    return web.json_response(message, status=201)


@routes.get("/rooms/{slug}/messages")
async def list_messages(request):
    room = room_of(request)
    after = int(request.query.get("after", "0"))
    messages = [m for m in request.app["store"].messages[room["id"]] if m["seq"] > after]
    return web.json_response({"messages": messages})


@routes.put("/rooms/{slug}/messages/{seq:\\d+}/reactions/{emoji}")
async def react(request):
    room = room_of(request)
    messages = request.app["store"].messages[room["id"]]
    seq = int(request.match_info["seq"])
    if not 0 < seq <= len(messages):
        return json_error(404, "no such message")
    if request.match_info["emoji"] not in EMOJI:
        return json_error(422, f"emoji must be one of {', '.join(sorted(EMOJI))}")
    messages[seq - 1]["reactions"].setdefault(request.match_info["emoji"], []).append(request["user"])
    return web.json_response(messages[seq - 1])


@routes.get("/rooms/{slug}/feed")
async def feed(request):
    room = room_of(request)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    queue = asyncio.Queue()
    listeners = request.app["store"].listeners.setdefault(room["id"], set())
    listeners.add(queue)
    try:
        await response.write(b"event: ready\ndata: {}\n\n")
        while True:
            message = await queue.get()
            await response.write(f"event: message\ndata: {json.dumps(message)}\n\n".encode())
    finally:
        listeners.discard(queue)


def make_app():
    app = web.Application(middlewares=[auth_middleware])
    app["store"] = Store()
    app.add_routes(routes)
    return app


if __name__ == "__main__":
    web.run_app(make_app(), port=PORT)
