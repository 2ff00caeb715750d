"""HTTP Archive 1.2, as browsers and proxies export it (http://www.softwareishard.com/blog/har-12-spec/)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.history import Response
from crashworthy.lab.traffic.documents import line_of
from crashworthy.lab.traffic.encode import FORM, MULTIPART
from crashworthy.lab.traffic.lessons.recorded import Recorded, fields, file_part, recorded

_REMEDY = "Export it again as HAR, or leave it out."
_MAX_ENTRIES = 5000
# Finding a line means parsing all of it again, with positions.
_MAX_LINED = 500_000


def read_har(text: str, name: str) -> list[Recorded]:
    """The requests of an archive, in its order. Raises CrashworthyError that names file and line."""
    try:
        document: Any = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise CrashworthyError(f"{name}:{error.lineno}: invalid JSON: {error.msg}", remedy=_REMEDY) from None
    except RecursionError:
        raise CrashworthyError(f"{name}:1: nested too deeply", remedy=_REMEDY) from None
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise CrashworthyError(f"{name}:1: no HTTP archive: it has no list log.entries", remedy=_REMEDY)
    found = []
    for number, entry in enumerate(entries[:_MAX_ENTRIES]):
        request = entry.get("request") if isinstance(entry, dict) else None
        method = request.get("method") if isinstance(request, dict) else None
        url = request.get("url") if isinstance(request, dict) else None
        if not isinstance(method, str) or not isinstance(url, str) or not isinstance(request, dict):
            line = line_of(text, ("log", "entries", number)) if len(text) <= _MAX_LINED else 1
            raise CrashworthyError(
                f"{name}:{line}: entry {number + 1} has no request with a method and a url", remedy=_REMEDY
            )
        origin = f"{name}: entry {number + 1}"
        found.append(_read(request, entry.get("response"), method, url, name, origin, _saves(entry)))
    return found


def _read(
    request: dict[str, Any], response: Any, method: str, url: str, name: str, origin: str, sets: dict[str, str]
) -> Recorded:
    post = request.get("postData")
    post = post if isinstance(post, dict) else {}
    kind = post.get("mimeType") if isinstance(post.get("mimeType"), str) else None
    content = post.get("text") if isinstance(post.get("text"), str) else None
    given = [each for each in _list(post.get("params")) if isinstance(each.get("name"), str)]
    plain = (kind or "").partition(";")[0].strip().lower()
    body: Any = None
    if given and (not content or plain in (FORM, MULTIPART)):
        content = None
        body = fields(
            (
                each["name"],
                file_part(str(each["fileName"]), _text(each).encode(errors="replace"), each.get("contentType")),
            )
            if each.get("fileName")
            else (each["name"], _text(each))
            for each in given
        )
        kind = plain or FORM
    return recorded(
        method,
        url,
        # Names that begin with a colon are HTTP/2's own.
        headers=[pair for pair in _pairs(request.get("headers")) if not pair[0].startswith(":")],
        content=content,
        body=body,
        content_type=kind,
        origin=origin,
        sequence=name,
        answer=_answer(response),
        sets=sets,
    )


def _saves(entry: dict[str, Any]) -> dict[str, str]:
    """Names that our own archives give to parts of an answer."""
    saves = entry.get("_saves")
    pairs = saves.items() if isinstance(saves, dict) else ()
    return {name: pointer for name, pointer in pairs if isinstance(pointer, str)}


def _answer(response: Any) -> Response | None:
    """The answer; browsers write status 0 where none came."""
    status = response.get("status") if isinstance(response, dict) else None
    if not isinstance(status, int) or not 100 <= status <= 599 or not isinstance(response, dict):
        return None
    content = response.get("content")
    text = content.get("text") if isinstance(content, dict) else None
    body = text if isinstance(text, str) else ""
    if isinstance(content, dict) and content.get("encoding") == "base64":
        try:
            body = base64.b64decode(body).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            body = ""
    return Response(status=status, headers=tuple(_pairs(response.get("headers"))), body=body)


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    for each in _list(value):
        if isinstance(each.get("name"), str) and isinstance(each.get("value"), str):
            yield each["name"], each["value"]


def _text(param: dict[str, Any]) -> str:
    value = param.get("value")
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
