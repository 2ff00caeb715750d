"""Every origin may read with credentials."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.crosssite import OPEN_TO_ANY_ORIGIN

_ORIGINS = frozenset({"allow_origins", "origins", "allow_origin_regex"})
_CREDENTIALS = frozenset({"allow_credentials", "supports_credentials"})


class AnyOrigin(Rule):
    """CORS for "*" together with credentials: Starlette and Flask-CORS then answer each origin by its name.

    Left alone: lists of origins, and "*" without credentials.
    """

    id = "any-origin"
    weakness = OPEN_TO_ANY_ORIGIN
    firing = (
        Sample("Starlette's middleware", {"main.py": """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)

@app.get("/me")
def me():
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a list, or no credentials", {"main.py": """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"], allow_credentials=True)
public = FastAPI()
public.add_middleware(CORSMiddleware, allow_origins=["*"])
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Calls that give both."""
        everywhere = frozenset(operation.name for operation in context.tree.operations)
        for module in context.analysis.index.service_modules:
            for node in ast.walk(module.file.tree):
                if not isinstance(node, ast.Call):
                    continue
                given = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
                every = any(_every(value) for name, value in given.items() if name in _ORIGINS)
                trusted = any(
                    isinstance(value, ast.Constant) and value.value is True
                    for name, value in given.items()
                    if name in _CREDENTIALS
                )
                if every and trusted:
                    yield Hit(node, module, "every origin may read answers with the visitor's login", everywhere)


def _every(value: ast.expr) -> bool:
    texts = [node.value for node in ast.walk(value) if isinstance(node, ast.Constant)]
    return bool({"*", ".*", r".+"} & {*texts})
