"""What applications of each framework tell of their routes: exactly the list at the top of each file, no more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crashworthy.core.value import Json
from crashworthy.lab.traffic.running import Running, RunningRoute, read

ROUTED = Path(__file__).parent / "routed"
ASGI = {"quart_notes", "starlette_links", "fastapi_clinic", "litestar_books"}
OTHERS = {"aiohttp_rooms", "sanic_albums", "tornado_pastes"}
# Not all that these answer can be known, so their source counts as well.
OPEN = {"table_parking", "plain_function", "werkzeug_board", "proxied_wrapper"}
NAMES = sorted(path.stem for path in ROUTED.glob("*.py"))

ASK_WSGI = """
from crashworthy_sensor.frameworks import wsgi
environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/nowhere", "HTTP_X_CRASHWORTHY": '{"id": "ask", "routes": true}'}
try:
    wsgi.call(application, environ, lambda *_: None)
except Exception:
    pass
"""
ASK_ASGI = """
import asyncio
from crashworthy_sensor.frameworks import asgi
headers = [(b"x-crashworthy", b'{"id": "ask", "routes": true}')]
scope = {"type": "http", "method": "GET", "path": "/nowhere", "headers": headers}
async def nothing(*_):
    return {}
try:
    asyncio.run(asgi.call(application, scope, nothing, nothing))
except Exception:
    pass
"""
ASK_DIRECTLY = """
from crashworthy_sensor.context import Exchange
from crashworthy_sensor.routes import tell
tell(application, Exchange("ask", {"routes": True}))
"""


def told(name: str, sense) -> Running:
    ask = ASK_DIRECTLY if name in OTHERS else ASK_ASGI if name in ASGI else ASK_WSGI
    sensed = sense((ROUTED / f"{name}.py").read_text() + ask)
    events = sensed.of("routes")
    assert len(events) == 1
    return read(events[0].data)


def written(name: str) -> list[str]:
    text = (ROUTED / f"{name}.py").read_text()
    lines = re.findall(r"^# ((?:GET|POST|PUT|DELETE|WEBSOCKET) /.*)$", text, re.MULTILINE)
    return sorted(re.sub(r"\s+", " ", line.removesuffix("-").replace("- ;", ";")).strip() for line in lines)


def line_of(route: RunningRoute) -> str:
    names = re.findall(r"\{(\w+)\}", route.path)
    parameters = ", ".join(f"{name}: {kind(route.path_schemas.get(name, {}))}" for name in names)
    body = f" ; body {', '.join(fields(route.body.data_schema))}" if route.body else ""
    return f"{route.method} {route.path} {parameters}".strip() + body


def kind(schema: dict[str, Json]) -> str:
    choices = schema.get("enum")
    if isinstance(choices, list):
        return "|".join(str(choice) for choice in choices)
    return str(schema.get("format") or schema.get("pattern") or schema.get("type", "string"))


def fields(schema: dict[str, Json]) -> list[str]:
    required = schema.get("required", [])
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    return [f"{name}*" if name in required else name for name in properties]


@pytest.mark.parametrize("name", NAMES)
def test_an_application_tells_its_routes_and_no_others(name: str, sense) -> None:
    running = told(name, sense)
    own = [route for route in running.routes if not route.foreign]
    assert sorted(map(line_of, own)) == written(name)
    assert running.complete == (name not in OPEN)
    assert bool(running.documents) == (name in {"fastapi_clinic", "litestar_books"})


@pytest.mark.parametrize("name", NAMES)
def test_handlers_are_found_in_the_source(name: str, sense) -> None:
    lines = (ROUTED / f"{name}.py").read_text().splitlines()
    for route in told(name, sense).routes:
        if route.own:
            assert route.file == "app.py"
            function = route.function.rpartition(".")[2]
            near = "\n".join(lines[route.line - 1 : route.line + 3])
            assert f"def {function}(" in near or "lambda" in near


def test_a_service_that_makes_its_routes_late_or_lies_about_them_hurts_nobody() -> None:
    assert read({}) == Running()
    bad: list[Json] = [None, 1, {"path": None}, {"path": [["regex", "(("]]}, {"path": [["angle"]], "methods": 1}]
    assert [route.path for route in read({"routes": bad}).routes] in ([], ["/"])
    assert read({"documents": [1, ["", []], ["/x", {"paths": {}}]]}).documents == (("/x", {"paths": {}}),)


def test_a_request_without_the_wish_is_told_nothing(sense) -> None:
    source = (ROUTED / "plain_function.py").read_text()
    assert sense(source + ASK_WSGI.replace(', "routes": true', "")).of("routes") == []
