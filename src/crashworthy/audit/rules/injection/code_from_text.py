"""Text of the request is executed."""

from __future__ import annotations

from crashworthy.audit.reaches import Reaches, called
from crashworthy.audit.rule import Sample
from crashworthy.source.flow.events import Passed
from crashworthy.weaknesses.injection import CODE_INJECTION

_APP = """
import ast
from flask import Flask, abort, jsonify, request

app = Flask(__name__)
"""


class CodeFromText(Reaches):
    """`eval` or `exec` of text of the request; taking away builtins keeps nobody out.

    Left alone: `ast.literal_eval`, and code of the service's own.
    """

    id = "code-from-text"
    weakness = CODE_INJECTION
    sinks = {
        "builtins.eval": (0,),
        "builtins.exec": (0,),
    }
    firing = (
        Sample("a calculator", {"app.py": _APP + """
@app.post("/compute")
def compute():
    return {"result": eval(request.get_json()["formula"], {"__builtins__": {}})}
"""}),
        Sample("a text between quotes", {"app.py": _APP + """
@app.post("/compute")
def compute():
    exec(f"print('{request.form['text']}')")
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("literals", {"app.py": _APP + """
@app.post("/compute")
def compute():
    return {"result": ast.literal_eval(request.get_json()["formula"])}
"""}),
        Sample("a table of functions", {"app.py": _APP + """
FUNCTIONS = {"double": "x * 2"}

@app.post("/compute")
def compute():
    return {"result": eval(FUNCTIONS["double"], {"x": int(request.form["x"])})}
"""}),
    )  # fmt: skip

    def message(self, event: Passed) -> str:
        """Names the call."""
        return f"text of the request is executed by {called(event).removeprefix('builtins.')}"
