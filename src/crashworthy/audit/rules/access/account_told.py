"""A login answers sooner where there is no such account."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.handled import Handled, handlers, refuses
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.credentials import USER_ENUMERATION

_CHECKS = re.compile(r"(?i)check_password|verify|checkpw|compare_digest|pbkdf2|scrypt|bcrypt|hash")
_ACCOUNTS = re.compile(r"(?i)password|account|user|e-?mail|unknown|no such|there is no|not found")
_APP = """
from flask import Flask, abort, request
from werkzeug.security import check_password_hash
from shop.accounts import NOBODYS_HASH, find

app = Flask(__name__)
"""


class AccountTold(Rule):
    """A login refuses an account that is not there before, or instead of, computing the hash of a password.

    Whoever measures the time, or reads the answer, learns who has an account. Left alone: a hash that is computed for
    nobody as well.
    """

    id = "account-told"
    weakness = USER_ENUMERATION
    firing = (
        Sample("an answer of its own", {"app.py": _APP + """
@app.post("/login")
def login():
    account = find(request.form["email"])
    if account is None:
        abort(401)
    if not check_password_hash(account.hash, request.form["password"]):
        abort(401)
    return {}
"""}),
        Sample("nothing is computed", {"app.py": _APP + """
@app.post("/login")
def login():
    account = find(request.form["email"])
    if not account or not check_password_hash(account.hash, request.form["password"]):
        abort(401)
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a hash for nobody", {"app.py": _APP + """
@app.post("/login")
def login():
    account = find(request.form["email"])
    kept = account.hash if account else NOBODYS_HASH
    if not check_password_hash(kept, request.form["password"]) or account is None:
        abort(401)
    return {}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Logins that stop where no account was found."""
        for handled in handlers(context):
            if handled.route.method == "POST" and handled.named(r"log_?in|sign_?in|auth|token|session"):
                node = _sooner(handled)
                if node is not None:
                    yield handled.suspected("an account that is not there is refused without computing a hash", node)
                elif len(_refusals(handled)) > 1:
                    yield handled.suspected("the login says which half of the pair was wrong")


def _sooner(handled: Handled) -> ast.AST | None:
    nodes = list(ast.walk(handled.function.node))
    checks = [node for node in nodes if isinstance(node, ast.Call) and _CHECKS.search(ast.unparse(node.func))]
    if not checks:
        return None
    last = max(node.lineno for node in checks)
    for node in nodes:
        if not isinstance(node, ast.If) or not refuses(node.body):
            continue
        if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or):
            if _is_absence(node.test.values[0]) and any(_holds(each, checks) for each in node.test.values[1:]):
                return node
        elif _is_absence(node.test) and not any(_holds(each, checks) for each in node.body) and node.lineno < last:
            return node
    return None


def _holds(node: ast.AST, checks: list[ast.Call]) -> bool:
    return any(each in checks for each in ast.walk(node) if isinstance(each, ast.Call))


def _is_absence(test: ast.expr) -> bool:
    """`x is None` or `not x`, of a variable."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return isinstance(test.operand, ast.Name)
    if not isinstance(test, ast.Compare):
        return False
    return isinstance(test.ops[0], ast.NotIn) or (isinstance(test.left, ast.Name) and isinstance(test.ops[0], ast.Is))


def _refusals(handled: Handled) -> frozenset[str]:
    """Different texts of refusals that speak of an account or a password."""
    ends = [
        node.body[-1] for node in ast.walk(handled.function.node) if isinstance(node, ast.If) and refuses(node.body)
    ]
    texts = {
        each.value
        for end in ends
        for each in ast.walk(end)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }
    return frozenset(text for text in texts if _ACCOUNTS.search(text))
