"""A program is given text of the request where it expects options."""

from __future__ import annotations

import ast
import re

from crashworthy.audit.reaches import Reaches, called
from crashworthy.audit.rule import Context, Sample
from crashworthy.source.flow.events import Passed
from crashworthy.source.flow.values import Value
from crashworthy.weaknesses.injection import ARGUMENT_INJECTION

_APP = """
import subprocess
from flask import Flask, abort, jsonify, request

app = Flask(__name__)
"""


class OptionFromText(Reaches):
    """A list of arguments with text of the request in it, and no `--` before.

    What begins with a hyphen is an option, and many programs have options that write files or run other programs. Left
    alone: lists with `--`, and text that is checked for a hyphen at its beginning.
    """

    id = "option-from-text"
    weakness = ARGUMENT_INJECTION
    sinks = {
        "subprocess.run": (0, "args"),
        "subprocess.call": (0, "args"),
        "subprocess.check_call": (0, "args"),
        "subprocess.check_output": (0, "args"),
        "subprocess.Popen": (0, "args"),
        "asyncio.create_subprocess_exec": tuple(range(1, 10)),
    }
    firing = (
        Sample("a path for git", {"app.py": _APP + """
@app.get("/log")
def log():
    return subprocess.check_output(["git", "log", request.args["branch"]])
"""}),
    )  # fmt: skip
    quiet = (
        Sample("options are ended", {"app.py": _APP + """
@app.get("/log")
def log():
    return subprocess.check_output(["git", "log", "--", request.args["path"]])
"""}),
        Sample("hyphens are refused", {"app.py": _APP + """
@app.get("/log")
def log():
    branch = request.args["branch"]
    if branch.startswith("-"):
        abort(400)
    return subprocess.check_output(["git", "log", branch])
"""}),
    )  # fmt: skip

    def message(self, event: Passed) -> str:
        """Names the call."""
        return f"{called(event)} starts a program with text of the request where options go"

    def suspects(self, event: Passed, value: Value, context: Context) -> bool:
        """Only a list that is written out, where nothing ends the options and nobody looks for a hyphen."""
        if not isinstance(event.node, ast.Call):
            return False
        given = event.node.args[0] if event.node.args else None
        is_list = isinstance(given, ast.List | ast.Tuple) or event.callee.endswith("_exec")
        written = ast.unparse(event.node)
        checked = re.search(r"startswith\(\(?['\"]-", ast.unparse(event.scope.node))
        return is_list and "'--'" not in written and not checked
