"""A parser of XML is told to fetch what documents name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.injection_formats import EXTERNAL_ENTITY

_OPTIONS = frozenset({"resolve_entities", "load_dtd", "dtd_validation"})
_FEATURES = frozenset({"feature_external_ges", "feature_external_pes"})


class EntitiesResolved(Rule):
    """lxml's parser with `resolve_entities=True` or a DTD that is loaded, and SAX readers with external entities.

    Left alone: parsers as they are made, which leave external entities out (lxml since 5.0, Python since 3.7.1).
    """

    id = "entities-resolved"
    weakness = EXTERNAL_ENTITY
    firing = (
        Sample("lxml", {"app.py": """
from flask import Flask, request
from lxml import etree

app = Flask(__name__)

@app.post("/feeds")
def read():
    root = etree.fromstring(request.data, etree.XMLParser(resolve_entities=True))
    return {"name": root.text}
"""}),
        Sample("SAX", {"app.py": """
import xml.sax
import xml.sax.handler
from flask import Flask, request

app = Flask(__name__)

@app.post("/feeds")
def read():
    reader = xml.sax.make_parser()
    reader.setFeature(xml.sax.handler.feature_external_ges, True)
    reader.parse(request.stream)
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("left out", {"app.py": """
from flask import Flask, request
from lxml import etree

app = Flask(__name__)

@app.post("/feeds")
def read():
    root = etree.fromstring(request.data, etree.XMLParser(resolve_entities=False, no_network=True))
    return {"name": root.text}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Options that are switched on."""
        message = "the parser fetches what the document's entities name"
        for function in context.analysis.index.functions.values():
            for node in ast.walk(function.node):
                if isinstance(node, ast.Call) and _resolves(node):
                    yield Hit(node, function, message)
        for module in context.analysis.index.service_modules:
            for statement in module.file.tree.body:
                made = statement.value if isinstance(statement, ast.Assign) else None
                if isinstance(made, ast.Call) and _resolves(made):
                    yield Hit(made, module, message)


def _resolves(call: ast.Call) -> bool:
    named = any(keyword.arg in _OPTIONS and _is_true(keyword.value) for keyword in call.keywords)
    if named or len(call.args) != 2 or not isinstance(call.func, ast.Attribute) or call.func.attr != "setFeature":
        return named
    feature = ast.unparse(call.args[0]).rpartition(".")[2]
    return feature in _FEATURES and _is_true(call.args[1])


def _is_true(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value in (True, 1)
