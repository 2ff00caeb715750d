"""A password is stored as it is, or as a digest that takes no time."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from crashworthy.audit.goes import Goes, stored
from crashworthy.audit.named import PASSWORDS
from crashworthy.audit.rule import Sample
from crashworthy.weaknesses.exposure import PASSWORD_AT_REST

_DIGESTS = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
_APP = """
import hashlib
import sqlite3
from flask import Flask, request
from werkzeug.security import generate_password_hash

app = Flask(__name__)

def db():
    return sqlite3.connect("users.db")
"""


class PasswordStored(Goes):
    """An INSERT or UPDATE is given a password, or `hashlib` digests one by itself.

    Left alone: what went through a function, and key derivation such as `hashlib.scrypt` or `pbkdf2_hmac`.
    """

    id = "password-stored"
    weakness = PASSWORD_AT_REST
    wanted = PASSWORDS
    firing = (
        Sample("as it is", {"app.py": _APP + """
@app.post("/register")
def register():
    data = request.get_json()
    db().execute("INSERT INTO users VALUES (?, ?)", (data["name"], data["password"]))
    return {}
"""}),
        Sample("a fast digest", {"app.py": _APP + """
@app.post("/register")
def register():
    password = request.form["password"]
    kept = hashlib.sha256(password.encode()).hexdigest()
    db().execute("INSERT INTO users VALUES (?, ?)", (request.form["name"], kept))
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a slow hash", {"app.py": _APP + """
@app.post("/register")
def register():
    data = request.get_json()
    kept = generate_password_hash(data["password"])
    db().execute("INSERT INTO users VALUES (?, ?)", (data["name"], kept))
    found = db().execute("SELECT name FROM users WHERE name = ?", (data["name"],)).fetchone()
    return {"name": found[0]}
"""}),
        Sample("a key derivation", {"app.py": _APP + """
def keep(password, salt):
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 600_000)
"""}),
    )  # fmt: skip

    def given(self, call: ast.Call) -> Sequence[ast.expr]:
        """What is inserted, and what is digested."""
        digests = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "hashlib"
        if digests and isinstance(call.func, ast.Attribute) and call.func.attr in _DIGESTS:
            return call.args
        return stored(call)

    def message(self, name: str) -> str:
        """Names it."""
        return f"{name!r} is stored as it is, or as a fast digest"
