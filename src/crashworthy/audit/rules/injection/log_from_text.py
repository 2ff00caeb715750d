"""Text of the request is logged as it is."""

from __future__ import annotations

import ast

from crashworthy.audit.reaches import Reaches, is_text
from crashworthy.audit.rule import Context, Sample
from crashworthy.source.flow.events import Passed
from crashworthy.source.flow.values import Value
from crashworthy.weaknesses.injection_formats import LOG_FORGING

_APP = """
import logging
from flask import Flask, abort, jsonify, request

app = Flask(__name__)
logger = logging.getLogger(__name__)
"""


class LogFromText(Reaches):
    """A record is given text of the request as `%s`, or put together with it.

    A line break begins a line that looks like a record of its own. Left alone: `%r`, `!r`, numbers, and services that
    log JSON.
    """

    id = "log-from-text"
    weakness = LOG_FORGING
    sinks = {
        ".info": (0, 1, 2, 3),
        ".warning": (0, 1, 2, 3),
        ".error": (0, 1, 2, 3),
        ".debug": (0, 1, 2, 3),
        ".critical": (0, 1, 2, 3),
        "logging.info": (0, 1, 2, 3),
        "logging.warning": (0, 1, 2, 3),
        "logging.error": (0, 1, 2, 3),
    }
    firing = (
        Sample("a name", {"app.py": _APP + """
@app.post("/login")
def login():
    logger.warning("failed login of %s", request.form["name"])
    return {}
"""}),
        Sample("an f-string", {"app.py": _APP + """
@app.post("/login")
def login():
    app.logger.info(f"login of {request.form['name']}")
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("its repr", {"app.py": _APP + """
@app.post("/login")
def login():
    logger.warning("failed login of %r", request.form["name"])
    app.logger.info(f"login of {request.form['name']!r}")
    return {}
"""}),
        Sample("a number", {"app.py": _APP + """
@app.post("/login/<int:user>")
def login(user):
    logger.warning("failed login of %s", user)
    return {}
"""}),
    )  # fmt: skip

    def message(self, event: Passed) -> str:
        """Names the call."""
        return "text of the request is logged as it is, line breaks included"

    def suspects(self, event: Passed, value: Value, context: Context) -> bool:
        """Only what is called a logger, of what is not shown by its repr, in services of plain logs."""
        if not isinstance(event.node, ast.Call):
            return False
        text = ast.unparse(event.node)
        is_logger = "log" in ast.unparse(event.node.func).lower()
        in_json = bool(context.tree.imports & _JSON_LOGS)
        return is_logger and is_text(value) and "%r" not in text and "!r}" not in text and not in_json


_JSON_LOGS = frozenset({"structlog", "pythonjsonlogger", "json_log_formatter", "ecs_logging", "loguru"})
