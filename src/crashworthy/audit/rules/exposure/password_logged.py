"""A password is printed or logged."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from crashworthy.audit.goes import Goes, logged
from crashworthy.audit.named import PASSWORDS
from crashworthy.audit.rule import Sample
from crashworthy.weaknesses.exposure import PASSWORD_IN_LOG

_APP = """
import logging
from flask import Flask, request

app = Flask(__name__)
"""


class PasswordLogged(Goes):
    """`print` or a logger is given a password, or the whole body of a request that has one.

    Left alone: what went through a call, such as a hash, models whose password is of a type that hides it, and dumps
    that leave something out.
    """

    id = "password-logged"
    weakness = PASSWORD_IN_LOG
    wanted = PASSWORDS
    firing = (
        Sample("a body", {"app.py": _APP + """
@app.post("/register")
def register():
    data = request.get_json()
    app.logger.info("register %s", data)
    return {"name": data["name"], "length": len(data["password"])}
"""}),
        Sample("a model", {"main.py": """
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()

class User(BaseModel):
    name: str
    password: str

@app.post("/register")
def register(user: User):
    print(f"register {user}")
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("names and hashes", {"app.py": _APP + """
@app.post("/register")
def register():
    data = request.get_json()
    app.logger.info("register %s with %d characters", data["name"], len(data["password"]))
    return {}
"""}),
        Sample("what hides it, and what leaves it out", {"main.py": """
from fastapi import FastAPI
from pydantic import BaseModel, SecretStr

app = FastAPI()

class User(BaseModel):
    name: str
    password: SecretStr

class Login(BaseModel):
    name: str
    password: str

@app.post("/register")
def register(user: User, login: Login):
    print("register", user, login.model_dump(exclude={"password"}))
    return {}
"""}),
    )  # fmt: skip

    def given(self, call: ast.Call) -> Sequence[ast.expr]:
        """What is printed or logged."""
        return logged(call)

    def message(self, name: str) -> str:
        """Names it."""
        return f"{name!r} is written to the log"
