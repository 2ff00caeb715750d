"""What lets somebody in is a number that is counted up, or comes from a generator that can be foretold."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.credentials import GUESSABLE_SECRET

_APP = """
import hashlib
import itertools
import random
import secrets
import string
from flask import Flask, request

app = Flask(__name__)
shares = {}
numbers = itertools.count(1)
"""
_SECRETS = ("token", "secret", "otp", "passcode", "pin")
_LETS_IN = ("share", "access", "download", "reset", "guest", "claim", "invite", "verification", "confirmation")
_KINDS = ("code", "key", "link", "hash", "id")
_DIGESTS = frozenset({"md5", "sha1", "sha256"})
_MODULES = frozenset({"hashlib", "base64", "str", "int", *_DIGESTS})
_PLAIN = (
    frozenset(
        {"str", "int", "hex", "len", "next", "hexdigest", "encode", "decode", "zfill", "format", "join", "SystemRandom"}
    )
    | _DIGESTS
)


class GuessableSecret(Rule):
    """A name for a token, or for a code that lets somebody in, is given what can be guessed.

    That is a count (`len(...)`, `next(...)`, `lastrowid`), a digest of one variable called id, or anything of the
    module `random`, whose numbers follow from 624 seen ones. Left alone: `secrets`, `SystemRandom`, `uuid4`, and names
    such as code or id alone, which may be there for everybody.
    """

    id = "guessable-secret"
    weakness = GUESSABLE_SECRET
    firing = (
        Sample("counted", {"app.py": _APP + """
@app.post("/documents/<int:number>/share")
def share(number):
    share_code = len(shares) + 1
    shares[share_code] = number
    return {"link": f"/shared/{share_code}"}
"""}),
        Sample("a digest of the id", {"app.py": _APP + """
@app.post("/files/<int:file_id>/link")
def link(file_id):
    token = hashlib.md5(str(file_id).encode()).hexdigest()
    return {"token": token}
"""}),
        Sample("random", {"app.py": _APP + """
@app.post("/forgot")
def forgot():
    reset_code = "".join(random.choices(string.digits, k=6))
    shares[reset_code] = request.json["email"]
    return {}
"""}),
        Sample("in a dict", {"app.py": _APP + """
@app.post("/files")
def upload():
    row = {"download_key": next(numbers)}
    return row
"""}),
    )  # fmt: skip
    quiet = (
        Sample("random bits", {"app.py": _APP + """
@app.post("/documents/<int:number>/share")
def share(number):
    share_code = secrets.token_urlsafe(16)
    shares[share_code] = number
    return {"link": f"/shared/{share_code}"}
"""}),
        Sample("the system's generator", {"app.py": _APP + """
@app.post("/forgot")
def forgot():
    reset_code = random.SystemRandom().randint(0, 10**9)
    return {"sent": bool(reset_code)}
"""}),
        Sample("made of a number by a function", {"app.py": _APP + """
def new_token(user):
    return secrets.token_urlsafe(24)

@app.post("/people")
def join():
    token = new_token(len(shares))
    return {"token": token}
"""}),
        Sample("a plain number", {"app.py": _APP + """
@app.post("/links")
def shorten():
    code = len(shares) + 1
    total_tokens = len(request.json["text"].split())
    return {"code": code, "total_tokens": total_tokens}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Such names where they are assigned, keys of dicts and keyword arguments."""
        for function in context.analysis.index.functions.values():
            for node in ast.walk(function.node):
                for name, value in _given(node):
                    how = _guessable(value) if _is_secret(name) else None
                    if how is not None:
                        yield Hit(value, function, f"`{name}` lets somebody in and is {how}")


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name | ast.Attribute):
                yield target.id if isinstance(target, ast.Name) else target.attr, node.value
            elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                yield str(target.slice.value), node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                yield str(key.value), value
    elif isinstance(node, ast.keyword) and node.arg is not None:
        yield node.arg, node.value


def _is_secret(name: str) -> bool:
    words = name.lower().split("_")
    # "total_tokens" and "max_tokens" count the tokens of a text.
    if words[-1] in _SECRETS:
        return True
    return words[-1] in _KINDS and any(word in words for word in (*_LETS_IN, *_SECRETS))


def _guessable(value: ast.expr) -> str | None:
    parts = list(_parts(value))
    names = [ast.unparse(part.func) for part in parts if isinstance(part, ast.Call)]
    if any(name in ("random.SystemRandom", "SystemRandom") or "secrets." in name for name in names):
        return None
    if any(name.startswith("random.") for name in names):
        return "made by a generator whose numbers can be foretold"
    if any(name.rpartition(".")[2] in _DIGESTS for name in names):
        used = {part.id for part in parts if isinstance(part, ast.Name)} - _MODULES
        return "the digest of a number" if len(used) == 1 and next(iter(used)).lower().endswith("id") else None
    counts = any(name in ("len", "next") for name in names) and not any("token" in name for name in names)
    if counts or any(isinstance(part, ast.Attribute) and part.attr == "lastrowid" for part in parts):
        return "counted up"
    return None


def _parts(value: ast.AST) -> Iterator[ast.AST]:
    """The expression's nodes, but for the arguments of functions that may make anything of them."""
    if isinstance(value, ast.Call) and not _is_plain(value):
        return
    yield value
    for below in ast.iter_child_nodes(value):
        yield from _parts(below)


def _is_plain(call: ast.Call) -> bool:
    """Whether the call only writes a value in another way, counts, or is one of those that are looked for."""
    name = ast.unparse(call.func)
    return name.startswith(("random.", "secrets.")) or name.rpartition(".")[2] in _PLAIN
