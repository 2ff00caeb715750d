"""Text of users becomes a part of a page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.handled import Handled, handlers
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.crosssite import SCRIPT_IN_PAGE

_TAG = re.compile(r"<[a-zA-Z!/][^>]*(>|$)")
_WRITTEN = frozenset(
    {
        "name",
        "title",
        "text",
        "body",
        "comment",
        "message",
        "content",
        "description",
        "note",
        "q",
        "query",
        "search",
        "subject",
        "bio",
        "caption",
        "label",
        "nickname",
        "username",
        "value",
        "url",
        "link",
        "review",
        "answer",
        "question",
    }
)
_APP = """
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from markupsafe import escape
from shop.models import comments

app = FastAPI()
"""


class MarkupFromText(Rule):
    """An f-string with tags in which a text stands as it is: of the request, or one that users wrote.

    A text such as `<img src=x onerror=...>` then runs in the browser of whoever reads the page. Left alone: what went
    through a call, such as `escape`, numbers, and templates, which escape by themselves.
    """

    id = "markup-from-text"
    weakness = SCRIPT_IN_PAGE
    firing = (
        Sample("what was searched for", {"app.py": _APP + """
@app.get("/search")
def search(q: str = ""):
    return HTMLResponse(f"<h1>Results for {q}</h1>")
"""}),
        Sample("what others wrote", {"app.py": _APP + """
@app.get("/comments")
def page():
    rows = "".join(f"<li>{each.text}</li>" for each in comments())
    return HTMLResponse(f"<ul>{rows}</ul>")
"""}),
    )  # fmt: skip
    quiet = (
        Sample("escaped texts and numbers", {"app.py": _APP + """
@app.get("/search")
def search(q: str = "", page: int = 1):
    rows = "".join(f"<li>{escape(each.text)}</li>" for each in comments())
    return HTMLResponse(f"<h1>Results for {escape(q)}, page {page}</h1><ul>{rows}</ul>")
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Such f-strings in handlers."""
        for handled in handlers(context):
            texts = _parameters(handled)
            documents = [each for each in ast.walk(handled.function.node) if isinstance(each, ast.Dict)]
            in_json = {id(each) for document in documents for each in ast.walk(document)}
            for node in ast.walk(handled.function.node):
                if isinstance(node, ast.JoinedStr) and _has_tag(node) and id(node) not in in_json:
                    part = next((each for each in _parts(node) if _is_written(each, texts)), None)
                    if part is not None:
                        yield handled.suspected(f"{ast.unparse(part)} stands in a page as it is", node)


def _parameters(handled: Handled) -> frozenset[str]:
    """Parameters of the handler that are texts."""
    arguments = handled.function.node.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return frozenset(
        each.arg
        for each in every
        if each.annotation is not None and re.search(r"\bstr\b", ast.unparse(each.annotation))
    )


def _has_tag(node: ast.JoinedStr) -> bool:
    return any(isinstance(each, ast.Constant) and _TAG.search(str(each.value)) for each in node.values)


def _parts(node: ast.JoinedStr) -> Iterator[ast.expr]:
    for each in node.values:
        # A format such as `:d` or `:.2f` takes no text.
        if isinstance(each, ast.FormattedValue) and each.format_spec is None:
            yield each.value


def _is_written(value: ast.expr, parameters: frozenset[str]) -> bool:
    match value:
        case ast.Name(id=name):
            return name in parameters or name in _WRITTEN
        case ast.Attribute(attr=name):
            return name in _WRITTEN
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name in _WRITTEN
        case _:
            return False
