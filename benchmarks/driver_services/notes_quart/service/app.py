"""Notes with versions: Quart, session cookies, ETag and If-Match, pagination, sharing links."""
import hashlib
import os
import secrets
from datetime import datetime, timezone
from functools import wraps

from quart import Quart, abort, jsonify, request, session

app = Quart(__name__)
app.secret_key = os.environ.get("SECRET_KEY", secrets.token_hex(16))

users = {}
notes = {}
shares = {}
counter = {"note": 0}


class Problem(Exception):
    def __init__(self, status, detail, **members):
        self.status, self.detail, self.members = status, detail, members


@app.errorhandler(Problem)
async def on_problem(problem):
    response = jsonify(title=problem.detail, status=problem.status, **problem.members)
    response.status_code = problem.status
    response.content_type = "application/problem+json"
    return response


def now():
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def etag_of(note):
    return hashlib.sha1(f"{note['id']}:{note['version']}".encode()).hexdigest()[:16]


def signed_in(view):
    @wraps(view)
    async def wrapper(*args, **kwargs):
        if "uid" not in session:
            raise Problem(401, "Not signed in")
        return await view(*args, **kwargs)

    return wrapper


async def fields(*names):
    data = await request.get_json(force=True, silent=True) or {}
    missing = [name for name in names if not data.get(name)]
    if missing:
        raise Problem(400, "Missing fields", missing=missing)
    return data


def own_note(note_id):
    note = notes.get(note_id)
    if note is None or note["owner"] != session["uid"]:
        raise Problem(404, "Note not found")
    return note


def check_precondition(note):
    if "If-Match" not in request.headers:
        raise Problem(428, "Send If-Match with the ETag of the note")
    if request.headers["If-Match"].strip('"') != etag_of(note):
        raise Problem(412, "The note has changed")


def note_response(note, status=200):
    response = jsonify({key: note[key] for key in ("id", "title", "body", "color", "pinned", "version", "updated_at")})
    response.status_code = status
    response.headers["ETag"] = f'"{etag_of(note)}"'
    return response


@app.post("/signup")
async def signup():
    data = await fields("email", "password", "password_confirmation")
    if data["password"] != data["password_confirmation"]:
        raise Problem(400, "Passwords do not match")
    if data["email"] in users:
        raise Problem(409, "Email is taken")
    users[data["email"]] = {"password": data["password"], "name": data.get("name", "")}
    return jsonify(email=data["email"]), 201


@app.post("/signin")
async def signin():
    data = await fields("email", "password")
    user = users.get(data["email"])
    if user is None or user["password"] != data["password"]:
        raise Problem(401, "Wrong email or password")
    session["uid"] = data["email"]
    return jsonify(email=data["email"])


@app.post("/signout")
@signed_in
async def signout():
    session.clear()
    return "", 204


@app.get("/session")
@signed_in
async def whoami():
    return jsonify(email=session["uid"], name=users[session["uid"]]["name"])


@app.post("/notes")
@signed_in
async def create():
    data = await fields("title")
    color = data.get("color", "yellow")
    if color not in ("yellow", "green", "blue", "pink"):
        raise Problem(400, "Unknown color", allowed=["yellow", "green", "blue", "pink"])
    counter["note"] += 1
    note = {"id": counter["note"], "owner": session["uid"], "title": data["title"], "body": data.get("body", ""),
            "color": color, "pinned": False, "version": 1, "updated_at": now(), "history": [], "deleted": False}
    notes[note["id"]] = note
    response = note_response(note, 201)
    response.headers["Location"] = f"/notes/{note['id']}"
    return response


@app.get("/notes")
@signed_in
async def index():
    try:
        page, per_page = int(request.args.get("page", 1)), int(request.args.get("per_page", 10))
    except ValueError:
        raise Problem(400, "page and per_page are numbers") from None
    if page < 1 or not 1 <= per_page <= 50:
        raise Problem(400, "page from 1, per_page from 1 to 50")
    mine = [n for n in notes.values() if n["owner"] == session["uid"] and not n["deleted"]]
    mine.sort(key=lambda n: (not n["pinned"], -n["id"]))
    part = mine[(page - 1) * per_page : page * per_page]
    return jsonify(total=len(mine), page=page, notes=[{"id": n["id"], "title": n["title"]} for n in part])


@app.get("/notes/<int:note_id>")
@signed_in
async def show(note_id):
    note = own_note(note_id)
    if request.headers.get("If-None-Match", "").strip('"') == etag_of(note):
        return "", 304
    return note_response(note)


@app.put("/notes/<int:note_id>")
@signed_in
async def update(note_id):
    note = own_note(note_id)
    check_precondition(note)
    data = await fields("title", "body")
    note["history"].append({"version": note["version"], "title": note["title"], "body": note["body"]})
    note.update(title=data["title"], body=data["body"], version=note["version"] + 1, updated_at=now())
    return note_response(note)


@app.get("/notes/<int:note_id>/versions")
@signed_in
async def versions(note_id):
    return jsonify(own_note(note_id)["history"])


@app.post("/notes/<int:note_id>/versions/<int:version>/restore")
@signed_in
async def restore_version(note_id, version):
    note = own_note(note_id)
    old = next((each for each in note["history"] if each["version"] == version), None)
    if old is None:
        raise Problem(404, "No such version")
    note.update(title=old["title"], body=old["body"], version=note["version"] + 1, updated_at=now())
    return note_response(note)


@app.post("/notes/<int:note_id>/pin")
@signed_in
async def pin(note_id):
    note = own_note(note_id)
    note["pinned"] = not note["pinned"]
    return jsonify(pinned=note["pinned"])


@app.delete("/notes/<int:note_id>")
@signed_in
async def trash(note_id):
    note = own_note(note_id)
    check_precondition(note)
    note["deleted"] = True
    return "", 204


@app.post("/notes/<int:note_id>/undelete")
@signed_in
async def undelete(note_id):
    note = own_note(note_id)
    if not note["deleted"]:
        raise Problem(409, "The note is not in the trash")
    note["deleted"] = False
    return note_response(note)


@app.post("/notes/<int:note_id>/share")
@signed_in
async def share(note_id):
    note = own_note(note_id)
    data = await request.get_json(silent=True) or {}
    days = data.get("days", 7)
    if not isinstance(days, int) or not 1 <= days <= 30:
        raise Problem(400, "days must be from 1 to 30")
    code = secrets.token_urlsafe(9)
    shares[code] = {"note": note["id"], "days": days}
    return jsonify(url=f"/shared/{code}"), 201


@app.get("/shared/<code>")
async def shared(code):
    if code not in shares:
        abort(404)
    note = notes[shares[code]["note"]]
    return jsonify(title=note["title"], body=note["body"])


@app.get("/search")
@signed_in
async def search():
    query = request.args.get("q", "").strip()
    if len(query) < 2:
        raise Problem(400, "q needs at least two characters")
    found = [n for n in notes.values() if n["owner"] == session["uid"] and query.lower() in n["title"].lower()]
    return jsonify(results=[{"id": n["id"], "title": n["title"]} for n in found])


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", 5001)))
