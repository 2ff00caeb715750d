"""A shell's command is put together with text of the request."""

from __future__ import annotations

from crashworthy.audit.reaches import Reaches, called
from crashworthy.audit.rule import Sample
from crashworthy.source.flow.events import Passed
from crashworthy.weaknesses.injection import COMMAND_INJECTION

_APP = """
import os
import shlex
import subprocess
from flask import Flask, abort, jsonify, request

app = Flask(__name__)
"""


class CommandFromText(Reaches):
    """A command for a shell that is made with text of the request.

    Whatever the shell reads as a separator ends the command and begins another. Left alone: programs that are started
    with a list of arguments, and what `shlex.quote` made.
    """

    id = "command-from-text"
    weakness = COMMAND_INJECTION
    sinks = {
        "os.system": (0, "args", "cmd", "command"),
        "os.popen": (0, "args", "cmd", "command"),
        "subprocess.getoutput": (0, "args", "cmd", "command"),
        "subprocess.getstatusoutput": (0, "args", "cmd", "command"),
        "asyncio.create_subprocess_shell": (0, "args", "cmd", "command"),
        "commands.getoutput": (0, "args", "cmd", "command"),
        "subprocess.run": (0, "args", "cmd", "command"),
        "subprocess.call": (0, "args", "cmd", "command"),
        "subprocess.check_call": (0, "args", "cmd", "command"),
        "subprocess.check_output": (0, "args", "cmd", "command"),
        "subprocess.Popen": (0, "args", "cmd", "command"),
    }
    firing = (
        Sample("a shell", {"app.py": _APP + """
@app.get("/ping")
def ping():
    return subprocess.check_output(f"ping -c 1 {request.args['host']}", shell=True)
"""}),
        Sample("os.system", {"app.py": _APP + """
@app.post("/convert/<name>")
def convert(name):
    os.system("convert " + name + " out.png")
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a list of arguments", {"app.py": _APP + """
@app.get("/ping")
def ping():
    return subprocess.check_output(["ping", "-c", "1", "--", request.args["host"]])
"""}),
        Sample("quoted", {"app.py": _APP + """
@app.get("/ping")
def ping():
    return subprocess.check_output("ping -c 1 " + shlex.quote(request.args["host"]), shell=True)
"""}),
    )  # fmt: skip

    def message(self, event: Passed) -> str:
        """Names the call."""
        return f"text of the request becomes part of the command that {called(event)} is given"
