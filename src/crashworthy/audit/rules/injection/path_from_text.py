"""A path is put together with text of the request."""

from __future__ import annotations

import ast

from crashworthy.audit.reaches import Reaches, called, holds_text
from crashworthy.audit.rule import Context, Sample
from crashworthy.source.flow.events import Passed
from crashworthy.source.flow.values import Value
from crashworthy.weaknesses.injection_formats import PATH_TRAVERSAL

_APP = """
import os
from pathlib import Path
from flask import Flask, abort, request, send_file, send_from_directory
from werkzeug.utils import secure_filename

app = Flask(__name__)
FOLDER = Path("files").resolve()
"""


class PathFromText(Reaches):
    """A file is opened, sent, kept or deleted under a path with text of the request in it.

    `..` leads out of the folder, and an absolute path never was in it. Left alone: `secure_filename`, `safe_join`,
    `basename`, `send_from_directory`, and functions that ask where the path really leads.
    """

    id = "path-from-text"
    weakness = PATH_TRAVERSAL
    sinks = {
        "builtins.open": (0, "file", "path", "name"),
        "io.open": (0, "file", "path", "name"),
        "os.remove": (0, "file", "path", "name"),
        "os.unlink": (0, "file", "path", "name"),
        "os.listdir": (0, "file", "path", "name"),
        "os.scandir": (0, "file", "path", "name"),
        "os.makedirs": (0, "file", "path", "name"),
        "os.mkdir": (0, "file", "path", "name"),
        "os.rmdir": (0, "file", "path", "name"),
        "shutil.rmtree": (0, "file", "path", "name"),
        "flask.send_file": (0, "file", "path", "name"),
        "aiofiles.open": (0, "file", "path", "name"),
        "fastapi.responses.FileResponse": (0, "file", "path", "name"),
        "starlette.responses.FileResponse": (0, "file", "path", "name"),
        "os.rename": (0, 1),
        "os.replace": (0, 1),
        "shutil.move": (0, 1),
        "shutil.copy": (0, 1),
        "shutil.copyfile": (0, 1),
        ".save": (0,),
        "pathlib.Path": (0, 1, 2),
        ".joinpath": (0, 1),
    }
    firing = (
        Sample("a file that is read", {"app.py": _APP + """
@app.get("/files")
def read():
    with open(os.path.join("files", request.args["name"])) as file:
        return file.read()
"""}),
        Sample("an upload's own name", {"app.py": _APP + """
@app.post("/files")
def upload():
    file = request.files["file"]
    file.save(f"files/{file.filename}")
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("the last part of the name", {"app.py": _APP + """
@app.get("/files")
def read():
    with open(os.path.join("files", os.path.basename(request.args["name"]))) as file:
        return file.read()

@app.post("/files")
def upload():
    file = request.files["file"]
    file.save("files/" + secure_filename(file.filename))
    return {}
"""}),
        Sample("asked where it leads", {"app.py": _APP + """
@app.get("/files")
def read():
    path = (FOLDER / request.args["name"]).resolve()
    if not path.is_relative_to(FOLDER):
        abort(404)
    return send_file(path)
"""}),
        Sample("left to Flask", {"app.py": _APP + """
@app.get("/files")
def read():
    return send_from_directory("files", request.args["name"])
"""}),
    )  # fmt: skip

    def message(self, event: Passed) -> str:
        """Names the call."""
        return f"text of the request becomes part of the path that {called(event).removeprefix('builtins.')} is given"

    def suspects(self, event: Passed, value: Value, context: Context) -> bool:
        """Only where nobody asks, in the same function, where the path leads."""
        around = ast.unparse(event.scope.node)
        return holds_text(value) and not any(word in around for word in _ASKS)


_ASKS = ("is_relative_to", "commonpath", "commonprefix", "relative_to", "safe_join", "realpath", "secure_filename")
