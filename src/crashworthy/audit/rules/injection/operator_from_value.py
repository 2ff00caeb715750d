"""A filter for documents is made with a value of the JSON body whose type nobody has asked."""

from __future__ import annotations

import re

from crashworthy.audit.reaches import Reaches, called
from crashworthy.audit.rule import Context, Sample
from crashworthy.source.flow.events import Passed
from crashworthy.source.flow.values import Mapping, Ref, Value
from crashworthy.weaknesses.injection import OPERATOR_INJECTION

_APP = """
from flask import Flask, abort, request
from pymongo import MongoClient

app = Flask(__name__)
users = MongoClient()["shop"]["users"]
"""
_CLIENTS = re.compile(r"\b(pymongo|motor|mongomock|flask_pymongo|beanie)\b")
_FILTER = (0, "filter")


class OperatorFromValue(Reaches):
    """A value of the JSON body as the value of a field in a filter of MongoDB.

    JSON has objects where text is meant, and an object whose key begins with `$` is an operator: `{"$ne": ""}` as a
    password passes for every account. Left alone: forms and queries, which are text, values that were converted or
    whose type was asked, and models that declare it.
    """

    id = "operator-from-value"
    weakness = OPERATOR_INJECTION
    sinks = {
        ".find": _FILTER,
        ".find_one": _FILTER,
        ".find_one_and_delete": _FILTER,
        ".find_one_and_replace": _FILTER,
        ".find_one_and_update": _FILTER,
        ".update_one": _FILTER,
        ".update_many": _FILTER,
        ".replace_one": _FILTER,
        ".delete_one": _FILTER,
        ".delete_many": _FILTER,
        ".count_documents": _FILTER,
    }
    firing = (
        Sample("a login", {"app.py": _APP + """
@app.post("/login")
def login():
    data = request.get_json()
    user = users.find_one({"name": data["name"], "password": data["password"]})
    return {"ok": user is not None}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("text by its type", {"app.py": _APP + """
@app.post("/login")
def login():
    data = request.get_json()
    user = users.find_one({"name": str(data["name"])})
    return {"ok": user is not None}
"""}),
        Sample("asked for its type", {"app.py": _APP + """
@app.post("/login")
def login():
    name = request.get_json().get("name")
    if not isinstance(name, str):
        abort(400)
    return {"ok": users.find_one({"name": name}) is not None}
"""}),
        Sample("a form", {"app.py": _APP + """
@app.post("/login")
def login():
    return {"ok": users.find_one({"name": request.form["name"]}) is not None}
"""}),
        Sample("a model", {"main.py": """
from fastapi import FastAPI
from pydantic import BaseModel
from pymongo import MongoClient

app = FastAPI()
users = MongoClient()["shop"]["users"]

class Login(BaseModel):
    name: str

@app.post("/login")
def login(body: Login):
    return {"ok": users.find_one({"name": body.name}) is not None}
"""}),
        Sample("a value whatever it is", {"app.py": _APP + """
@app.post("/login")
def login():
    return {"ok": users.find_one({"name": {"$eq": request.get_json()["name"]}}) is not None}
"""}),
        Sample("no client of MongoDB", {"app.py": """
from flask import Flask, request

app = Flask(__name__)

@app.post("/words")
def words():
    return {"at": "a sentence".find(request.get_json()["word"])}
"""}),
    )  # fmt: skip

    def message(self, event: Passed) -> str:
        """Names the call."""
        return f"a value of the JSON body, which may be an operator, becomes part of the filter of {called(event)}"

    def suspects(self, event: Passed, value: Value, context: Context) -> bool:
        """Values of fields that may be objects, where a client of MongoDB is in use."""
        return bool(_CLIENTS.search(" ".join(file.text for file in context.tree.files))) and _may_be_object(value)


def _may_be_object(value: Value) -> bool:
    if isinstance(value, Mapping):
        return any(not name.startswith("$") and _may_be_object(below) for name, below in value.entries.items())
    if not isinstance(value, Ref) or value.is_text or value.converted or value.is_answer:
        return False
    declared = value.shape.declared or {}
    return not value.shape.kinds and "type" not in declared and "anyOf" not in declared
