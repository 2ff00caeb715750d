"""A link shortener on Starlette. HTTP basic authentication, SQLite, redirects and click statistics."""
import base64
import binascii
import csv
import hashlib
import io
import sqlite3
import string
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timezone
from secrets import choice
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError, SimpleUser, requires
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

DB_PATH = "links.sqlite3"
ALPHABET = string.ascii_letters + string.digits
SCHEMA = """
CREATE TABLE IF NOT EXISTS owners (name TEXT PRIMARY KEY, pw TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS links (
    code TEXT PRIMARY KEY, target TEXT NOT NULL, owner TEXT NOT NULL REFERENCES owners(name),
    title TEXT, expires_at TEXT, disabled INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS clicks (code TEXT NOT NULL, at TEXT NOT NULL, referrer TEXT);
CREATE TABLE IF NOT EXISTS tags (code TEXT NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (code, tag));
"""


@contextmanager
def database():
    connection = sqlite3.connect(DB_PATH)
    connection.row_factory = sqlite3.Row
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def digest(password):
    return hashlib.sha256(b"links" + password.encode()).hexdigest()


class BasicAuth(AuthenticationBackend):
    async def authenticate(self, conn):
        if "Authorization" not in conn.headers:
            return None
        scheme, _, encoded = conn.headers["Authorization"].partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, _, password = base64.b64decode(encoded).decode().partition(":")
        except (ValueError, UnicodeDecodeError, binascii.Error):
            raise AuthenticationError("Malformed credentials") from None
        with database() as db:
            row = db.execute("SELECT pw FROM owners WHERE name = ?", (name,)).fetchone()
        if row is None or row["pw"] != digest(password):
            raise AuthenticationError("Bad credentials")
        return AuthCredentials(["owner"]), SimpleUser(name)


def on_auth_error(request, exc):
    return JSONResponse({"error": str(exc)}, status_code=401, headers={"WWW-Authenticate": 'Basic realm="links"'})


async def sign_up(request):
    form = await request.form()
    name, password, repeat = form.get("name", ""), form.get("password", ""), form.get("password2", "")
    if not name.isalnum() or not 3 <= len(name) <= 30:
        raise HTTPException(400, "name: 3 to 30 letters and digits")
    if len(password) < 8 or password != repeat:
        raise HTTPException(400, "password: at least 8 characters, and password2 the same")
    with database() as db:
        try:
            db.execute("INSERT INTO owners VALUES (?, ?)", (name, digest(password)))
        except sqlite3.IntegrityError:
            raise HTTPException(409, "name is taken") from None
    return JSONResponse({"name": name}, status_code=201)


def own_link(db, request):
    row = db.execute("SELECT * FROM links WHERE code = ?", (request.path_params["code"],)).fetchone()
    if row is None or row["owner"] != request.user.username:
        raise HTTPException(404, "no such link")
    return row


def as_json(db, row):
    tags = [r["tag"] for r in db.execute("SELECT tag FROM tags WHERE code = ? ORDER BY tag", (row["code"],))]
    return {**dict(row), "disabled": bool(row["disabled"]), "tags": tags}


@requires("owner", status_code=401)
async def create_link(request):
    data = await request.json()
    target = data.get("target", "")
    if urlsplit(target).scheme not in ("http", "https") or not urlsplit(target).netloc:
        raise HTTPException(422, "target must be an absolute http(s) URL")
    expires = data.get("expires_at")
    if expires is not None:
        try:
            when = datetime.fromisoformat(expires)
        except (TypeError, ValueError):
            raise HTTPException(422, "expires_at must be an ISO 8601 time") from None
        if when.replace(tzinfo=when.tzinfo or timezone.utc) < datetime.now(timezone.utc):
            raise HTTPException(422, "expires_at is in the past")
    code = data.get("code") or "".join(choice(ALPHABET) for _ in range(6))
    with database() as db:
        try:
            db.execute(
                "INSERT INTO links (code, target, owner, title, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                (code, target, request.user.username, data.get("title"), expires,
                 datetime.now(timezone.utc).isoformat()),
            )
        except sqlite3.IntegrityError:
            raise HTTPException(409, "code is taken") from None
        row = db.execute("SELECT * FROM links WHERE code = ?", (code,)).fetchone()
        return JSONResponse(as_json(db, row), status_code=201, headers={"Location": f"/{code}"})


@requires("owner", status_code=401)
async def list_links(request):
    tag = request.query_params.get("tag")
    with database() as db:
        rows = db.execute("SELECT * FROM links WHERE owner = ?", (request.user.username,)).fetchall()
        links = [as_json(db, row) for row in rows]
    return JSONResponse({"items": [link for link in links if not tag or tag in link["tags"]], "count": len(links)})


@requires("owner", status_code=401)
async def link_detail(request):
    with database() as db:
        row = own_link(db, request)
        if request.method == "DELETE":
            db.execute("DELETE FROM links WHERE code = ?", (row["code"],))
            return Response(status_code=204)
        if request.method == "PATCH":
            data = await request.json()
            for column in ("title", "target"):
                if column in data:
                    db.execute(f"UPDATE links SET {column} = ? WHERE code = ?", (data[column], row["code"]))
            row = own_link(db, request)
        return JSONResponse(as_json(db, row))


@requires("owner", status_code=401)
async def disable_link(request):
    with database() as db:
        row = own_link(db, request)
        if row["disabled"]:
            raise HTTPException(409, "already disabled")
        db.execute("UPDATE links SET disabled = 1 WHERE code = ?", (row["code"],))
    return Response(status_code=204)


@requires("owner", status_code=401)
async def link_tag(request):
    with database() as db:
        row = own_link(db, request)
        tag = request.path_params["tag"]
        if request.method == "PUT":
            db.execute("INSERT OR IGNORE INTO tags VALUES (?, ?)", (row["code"], tag))
            return Response(status_code=204)
        if db.execute("DELETE FROM tags WHERE code = ? AND tag = ?", (row["code"], tag)).rowcount == 0:
            raise HTTPException(404, "no such tag")
        return Response(status_code=204)


@requires("owner", status_code=401)
async def stats(request):
    with database() as db:
        row = own_link(db, request)
        total = db.execute("SELECT count(*) FROM clicks WHERE code = ?", (row["code"],)).fetchone()[0]
    return JSONResponse({"code": row["code"], "clicks": total})


@requires("owner", status_code=401)
async def export(request):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["code", "target", "title"])
    with database() as db:
        for row in db.execute("SELECT * FROM links WHERE owner = ?", (request.user.username,)):
            writer.writerow([row["code"], row["target"], row["title"]])
    return PlainTextResponse(out.getvalue(), media_type="text/csv")


async def follow(request):
    with database() as db:
        row = db.execute("SELECT * FROM links WHERE code = ?", (request.path_params["code"],)).fetchone()
        if row is None:
            raise HTTPException(404, "no such link")
        if row["disabled"]:
            raise HTTPException(410, "this link was disabled")
        db.execute("INSERT INTO clicks VALUES (?, ?, ?)",
                   (row["code"], datetime.now(timezone.utc).isoformat(), request.headers.get("referer")))
    return RedirectResponse(row["target"], status_code=307)


async def http_error(request, exc):
    return JSONResponse({"error": exc.detail}, status_code=exc.status_code)


@asynccontextmanager
async def lifespan(app):
    with database() as db:
        db.executescript(SCHEMA)
    yield


app = Starlette(
    routes=[
        Mount("/api", routes=[
            Route("/owners", sign_up, methods=["POST"]),
            Route("/links", create_link, methods=["POST"]),
            Route("/links", list_links, methods=["GET"]),
            Route("/links.csv", export),
            Route("/links/{code}", link_detail, methods=["GET", "PATCH", "DELETE"]),
            Route("/links/{code}/disable", disable_link, methods=["POST"]),
            Route("/links/{code}/stats", stats),
            Route("/links/{code}/tags/{tag}", link_tag, methods=["PUT", "DELETE"]),
        ]),
        Route("/{code}", follow),
    ],
    middleware=[Middleware(AuthenticationMiddleware, backend=BasicAuth(), on_error=on_auth_error)],
    exception_handlers={HTTPException: http_error},
    lifespan=lifespan,
)

if __name__ == "__main__":
    import uvicorn

    uvicorn.run("main:app", host="127.0.0.1", port=8000, reload=True)
