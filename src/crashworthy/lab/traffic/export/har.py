"""HTTP Archive 1.2 of the requests of a playbook, one page per way (http://www.softwareishard.com/blog/har-12-spec/).

What a request takes from an earlier answer stands as `{{name}}`, as in `.http` files. The fields `_actor`, `_operation`
and `_saves` (name to JSON Pointer; the format leaves names with an underscore to tools) say the rest.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crashworthy import __version__
from crashworthy.core.playbook import Playbook, Way
from crashworthy.core.scenario import Step, ValueFrom
from crashworthy.core.value import Json
from crashworthy.lab.traffic.encode import FORM, MULTIPART, prepare
from crashworthy.lab.traffic.player import UNIQUE
from crashworthy.lab.traffic.template import as_text, fill, placeholders

_UNIQUE = "1001"


def har_document(playbook: Playbook, base_url: str, at: datetime | None = None) -> dict[str, Json]:
    """The archive as JSON. `at` is the time that its entries bear; the playbook has none."""
    moment = (at or datetime.now(UTC)).isoformat(timespec="milliseconds")
    pages: list[Json] = []
    entries: list[Json] = []
    for number, way in enumerate(playbook.ways, 1):
        page = f"way_{number}"
        title = f"{way.operation} as {way.actor}"
        pages.append({"startedDateTime": moment, "id": page, "title": title, "pageTimings": {}})
        entries += _entries(way, page, base_url, moment)
    creator: dict[str, Json] = {"name": "crashworthy", "version": __version__}
    return {"log": {"version": "1.2", "creator": creator, "pages": pages, "entries": entries}}


def _entries(way: Way, page: str, base_url: str, moment: str) -> Sequence[Json]:
    entries: list[Json] = []
    for step in way.steps:
        variables: dict[str, Json] = {name: f"{{{{{name}}}}}" for name in placeholders(step)}
        variables[UNIQUE] = _UNIQUE
        status = way.status if step is way.steps[-1] else 0
        entries.append(
            {
                "pageref": page,
                "startedDateTime": moment,
                "time": 0,
                "request": _request(step, variables, base_url),
                "response": _response(status),
                "cache": {},
                "timings": {"send": 0, "wait": 0, "receive": 0},
                "_operation": step.operation,
                "_actor": step.actor,
                "_saves": {save.name: save.path for save in step.saves if save.where is ValueFrom.BODY},
            }
        )
    return entries


def _request(step: Step, variables: dict[str, Json], base_url: str) -> dict[str, Any]:
    request = prepare(step, variables, base_url).request
    query = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    left_out = {"connection", "content-length"}
    written: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": n, "value": v} for n, v in request.headers if n.lower() not in left_out],
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": -1,
        "bodySize": -1,
    }
    if request.body is not None:
        written["postData"] = _post_data(step, fill(step.body, variables), request.body, binary=request.binary)
    return written


def _post_data(step: Step, body: Json, text: str, *, binary: bool) -> dict[str, Any]:
    kind = (step.content_type or "application/json").partition(";")[0].strip().lower()
    if kind in (FORM, MULTIPART) and isinstance(body, dict) and step.raw_body is None:
        params = [
            _param(name, each)
            for name, value in body.items()
            for each in (value if isinstance(value, list) else [value])
        ]
        return {"mimeType": kind, "params": params}
    if binary:
        # The format has no place for bytes that are no text.
        return {"mimeType": kind, "text": "", "comment": "binary", "_base64": text}
    return {"mimeType": step.content_type or kind, "text": text}


def _param(name: str, value: Json) -> dict[str, Any]:
    if isinstance(value, dict) and "filename" in value:
        kind = as_text(value.get("content_type") or "application/octet-stream")
        return {"name": name, "fileName": as_text(value["filename"]), "contentType": kind}
    return {"name": name, "value": value if isinstance(value, str) else json.dumps(value)}


def _response(status: int) -> dict[str, Any]:
    """An answer of which the status alone was kept, if that."""
    try:
        phrase = HTTPStatus(status).phrase if status else ""
    except ValueError:
        phrase = ""
    return {
        "status": status,
        "statusText": phrase,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [],
        "content": {"size": 0, "mimeType": ""},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
    }
