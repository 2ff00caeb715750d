"""What a language model says is executed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.handled import handlers
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.source.symbols import Function
from crashworthy.weaknesses.injection import MODEL_OUTPUT

_SAID = re.compile(r"\bchoices\b|output_text|\.content\[0\]|\[['\"]content['\"]\]\[0\]|candidates\[0\]")
_SINKS = frozenset(
    {
        "eval",
        "exec",
        "os.system",
        "os.popen",
        "subprocess.run",
        "subprocess.Popen",
        "subprocess.check_output",
        "subprocess.call",
        "render_template_string",
        "HTMLResponse",
        "HttpResponse",
        "Markup",
    }
)
_METHODS = frozenset({"execute", "executescript", "executemany"})
_READS = frozenset({"loads", "literal_eval", "escape", "int", "float", "quote", "bool", "len"})
_APP = """
import json
import sqlite3
from flask import Flask, request
from openai import OpenAI

app = Flask(__name__)
client = OpenAI()

def ask(question):
    messages = [{"role": "user", "content": question}]
    said = client.chat.completions.create(model="gpt-4o-mini", messages=messages)
    return said.choices[0].message.content
"""


class AnswerOfModel(Rule):
    """The answer of a chat model becomes code, a command, a statement or a page.

    Whoever writes to the model then writes that. Left alone: answers that are parsed as data, and bound values.
    """

    id = "answer-of-model"
    weakness = MODEL_OUTPUT
    firing = (
        Sample("a sum", {"app.py": _APP + """
@app.post("/sums")
def compute():
    return {"result": eval(ask(request.get_json()["question"]))}
"""}),
        Sample("a statement", {"app.py": _APP + """
@app.post("/reports")
def report():
    statement = ask(request.get_json()["question"])
    return {"rows": sqlite3.connect("shop.db").execute(statement).fetchall()}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a document", {"app.py": _APP + """
@app.post("/reports")
def report():
    chosen = json.loads(ask(request.get_json()["question"]))
    found = sqlite3.connect("shop.db").execute("SELECT total FROM reports WHERE name = ?", (chosen["name"],))
    return {"rows": found.fetchall()}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Such calls in handlers and what they run."""
        for handled in handlers(context):
            functions = (handled.function, *handled.around)
            asking = {each.name for each in functions if _returns_said(each)}
            for function in functions:
                for node in _sinks(function, asking):
                    yield Hit(node, function, "what a language model says is executed", frozenset({handled.route.name}))


def _returns_said(function: Function) -> bool:
    said = _names(function, frozenset())
    returned = [node.value for node in ast.walk(function.node) if isinstance(node, ast.Return) and node.value]
    return any(_holds(value, said, frozenset()) for value in returned)


def _names(function: Function, asking: frozenset[str]) -> frozenset[str]:
    """Variables that hold what a model said."""
    names: frozenset[str] = frozenset()
    for _ in range(3):
        for node in ast.walk(function.node):
            if isinstance(node, ast.Assign) and _holds(node.value, names, asking):
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def _holds(value: ast.expr, names: frozenset[str], asking: frozenset[str]) -> bool:
    """Whether an expression is such a text, as it is or put together with others."""
    if isinstance(value, ast.Call):
        called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        if called in _READS:
            return False
        if called in asking:
            return True
    if isinstance(value, ast.Attribute | ast.Subscript) and _SAID.search(ast.unparse(value)):
        return True
    if isinstance(value, ast.Name):
        return value.id in names
    return any(_holds(each, names, asking) for each in ast.iter_child_nodes(value) if isinstance(each, ast.expr))


def _sinks(function: Function, asking: set[str]) -> Iterator[ast.Call]:
    said = _names(function, frozenset(asking))
    for node in ast.walk(function.node):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        is_sink = ast.unparse(node.func) in _SINKS
        is_sink = is_sink or (isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS)
        if is_sink and _holds(node.args[0], said, frozenset(asking)):
            yield node
