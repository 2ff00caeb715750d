"""Of operations under an administrative path, one asks for no right."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.handled import Handled, code_of, handlers
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.access import RIGHT_NOT_CHECKED

_PATH = re.compile(r"(?i)^(admin|manage|management|internal|backoffice|back-office)$")
_RIGHT = re.compile(r"(?i)admin|staff|superuser|role|permission|right|privilege|operator|scope")
_ENTRANCE = re.compile(r"(?i)log_?-?in|sign_?-?in|setup|token|logout|health")
_APP = """
from flask import Flask, abort, request
from shop.accounts import caller

app = Flask(__name__)

def require_admin():
    if not caller().is_admin:
        abort(403)

@app.post("/admin/products")
def create():
    require_admin()
    return {}
"""


class SiblingAsksForRight(Rule):
    """Handlers below a path such as `/admin` check a right, and one beside them does not.

    Left alone: paths of which no handler asks, checks of a whole router or blueprint, and logins.
    """

    id = "sibling-asks-for-right"
    weakness = RIGHT_NOT_CHECKED
    firing = (
        Sample(
            "a forgotten check",
            {
                "app.py": _APP
                + """
@app.delete("/admin/products/<int:product>")
def delete(product):
    return {"deleted": product, "by": caller().name}
"""
            },
        ),
    )
    quiet = (
        Sample("both ask", {"app.py": _APP + """
@app.delete("/admin/products/<int:product>")
def delete(product):
    require_admin()
    return {"deleted": product}
"""}),
        Sample("all are asked", {"app.py": _APP + """
@app.before_request
def guard():
    if request.path.startswith("/admin"):
        require_admin()

@app.delete("/admin/products/<int:product>")
def delete(product):
    return {"deleted": product}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Handlers that ask for less than their siblings."""
        below: dict[str, list[Handled]] = {}
        for handled in handlers(context):
            parts = handled.route.path.strip("/").split("/")
            place = next((place for place, part in enumerate(parts) if _PATH.match(part)), None)
            if place is not None and not handled.named(_ENTRANCE.pattern):
                below.setdefault("/".join(parts[: place + 1]), []).append(handled)
        guarded = any(_guards_all(module.file.tree) for module in context.analysis.index.service_modules)
        for siblings in below.values():
            asking = [handled for handled in siblings if _RIGHT.search(_guards(handled))]
            if asking and not guarded:
                for handled in siblings:
                    if handled not in asking:
                        yield handled.suspected(f"{asking[0].route.name} asks for a right, and this one does not")


def _guards(handled: Handled) -> str:
    """The code that may check something, but for texts: a path in them is no check."""
    before = (*handled.route.wrappers, *handled.route.dependencies)
    texts = [handled.own, *(f"{each.name} {code_of(each.node)}" for each in before)]
    return re.sub(r"'[^']*'|\"[^\"]*\"", "", "\n".join(texts))


def _guards_all(tree: ast.Module) -> bool:
    """Whether a router, a blueprint or an application has a check for everything."""
    return any(_guards_many(node) for node in ast.walk(tree))


def _guards_many(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and re.search(r"Router|include_router|FastAPI|Starlette", ast.unparse(node.func)):
        given = [each.value for each in node.keywords if each.arg in ("dependencies", "middleware")]
        return any(_RIGHT.search(ast.unparse(value)) for value in given)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        hooks = " ".join(ast.unparse(each) for each in node.decorator_list)
        return re.search(r"before_request|middleware", hooks) is not None and bool(_RIGHT.search(ast.unparse(node)))
    return False
