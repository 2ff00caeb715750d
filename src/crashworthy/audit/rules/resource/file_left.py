"""An upload's file is left when its object is deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crashworthy.audit.handled import handlers, service_code
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.resource import KEPT_UPLOAD

_SAVES = re.compile(r"\.save\(|write_bytes\(|copyfileobj\(|open\([^)]*['\"][wx]b")
_TAKES = re.compile(r"\.files\b|UploadFile|\bFILES\b|\bfile\.read\(")
_REMOVES = re.compile(r"unlink|\bremove\(|rmtree|trash|restore|quarantin|purge|clean_?up|sweep")
_APP = """
from pathlib import Path
from uuid import uuid4
from flask import Flask, request
from shop.documents import delete_row

app = Flask(__name__)

@app.post("/documents")
def upload():
    key = uuid4()
    request.files["file"].save(Path("uploads") / key.hex)
    return {"id": key.hex}
"""


class FileLeft(Rule):
    """A service keeps uploads as files, deletes their objects, and removes no file anywhere.

    Left alone: services that remove files at all, or speak of a trash or a cleaning job.
    """

    id = "file-left"
    weakness = KEPT_UPLOAD
    firing = (
        Sample(
            "a row only",
            {
                "app.py": _APP
                + """
@app.delete("/documents/<key>")
def delete(key):
    delete_row(key)
    return {}
"""
            },
        ),
    )
    quiet = (
        Sample("row and file", {"app.py": _APP + """
@app.delete("/documents/<key>")
def delete(key):
    delete_row(key)
    (Path("uploads") / key).unlink(missing_ok=True)
    return {}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Deletions of what was uploaded below the same path, and the uploads themselves."""
        if _REMOVES.search(service_code(context)):
            return
        every = list(handlers(context))
        uploads = [
            each
            for each in every
            if each.route.method in ("POST", "PUT") and _SAVES.search(each.all) and _TAKES.search(each.all)
        ]
        for upload in uploads:
            for deletion in every:
                below = deletion.route.path.startswith(f"{upload.route.path.rstrip('/')}/")
                if deletion.route.method == "DELETE" and below:
                    names = frozenset({upload.route.name, deletion.route.name})
                    message = "the object is deleted, and the file that was uploaded stays"
                    yield Hit(deletion.function.node, deletion.function, message, names)
