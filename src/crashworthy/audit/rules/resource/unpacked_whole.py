"""Something packed is unpacked without a look at how large it becomes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.handled import Handled, handlers
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.resource import EXPANDING_INPUT

_DECOMPRESS = frozenset(
    {"gzip.decompress", "zlib.decompress", "bz2.decompress", "lzma.decompress", "brotli.decompress"}
)
_ZIP = re.compile(r"\b(zipfile\.)?ZipFile\(|tarfile\.open\(")
_MEMBERS = frozenset({"read", "extractall", "extract", "extractfile"})
_PIXELS = frozenset({"load", "convert", "resize", "thumbnail", "rotate", "save", "crop"})
_LOOKS = re.compile(
    r"file_size|\.width|\.height|\.size\b|max_length|MAX_IMAGE_PIXELS|decompressobj|(?i:most|max|limit)"
)
_APP = """
import gzip
import zipfile
from flask import Flask, abort, request

app = Flask(__name__)
"""


class UnpackedWhole(Rule):
    """A body, an archive or an image of the request is unpacked whole, and no size or limit is named on the way.

    Some kilobytes become hundreds of megabytes. Left alone: handlers that speak of sizes or limits at all.
    """

    id = "unpacked-whole"
    weakness = EXPANDING_INPUT
    firing = (
        Sample("members of an archive", {"app.py": _APP + """
@app.post("/imports")
def take():
    with zipfile.ZipFile(request.files["file"]) as archive:
        texts = [archive.read(name) for name in archive.namelist()]
    return {"members": len(texts)}
"""}),
        Sample("a compressed body", {"app.py": _APP + """
@app.post("/events")
def take():
    return {"length": len(gzip.decompress(request.get_data()))}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("announced sizes", {"app.py": _APP + """
@app.post("/imports")
def take():
    with zipfile.ZipFile(request.files["file"]) as archive:
        if sum(member.file_size for member in archive.infolist()) > 10_000_000:
            abort(413)
        texts = [archive.read(name) for name in archive.namelist()]
    return {"members": len(texts)}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Calls that unpack."""
        for handled in handlers(context):
            if handled.route.method in ("POST", "PUT", "PATCH") and not _LOOKS.search(handled.all):
                for node in ast.walk(handled.function.node):
                    if isinstance(node, ast.Call) and _unpacks(node, handled):
                        yield handled.suspected("what is packed is unpacked whole, however large it becomes", node)


def _unpacks(call: ast.Call, handled: Handled) -> bool:
    if ast.unparse(call.func) in _DECOMPRESS:
        return True
    if not isinstance(call.func, ast.Attribute):
        return False
    of = ast.unparse(call.func.value)
    if call.func.attr in _MEMBERS:
        return any(of == name for name in _bound(handled, _ZIP))
    return call.func.attr in _PIXELS and any(of == name for name in _bound(handled, re.compile(r"\bImage\.open\(")))


def _bound(handled: Handled, made: re.Pattern[str]) -> Iterator[str]:
    """Names of what such a call made."""
    for node in ast.walk(handled.function.node):
        if isinstance(node, ast.Assign) and made.search(ast.unparse(node.value)):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if isinstance(item.optional_vars, ast.Name) and made.search(ast.unparse(item.context_expr)):
                    yield item.optional_vars.id
