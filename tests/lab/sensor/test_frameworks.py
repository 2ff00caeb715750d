"""Each framework is driven in-process: the header is hidden, the request attributed, its failure located."""

from __future__ import annotations

import pytest

FLASK = """
    import json
    from flask import Flask, Response, abort, request

    app = Flask(__name__)

    @app.get("/ok")
    def ok():
        return {"header": request.headers.get("X-Crashworthy")}

    @app.get("/stream")
    def stream():
        def parts():
            open("late.txt", "w").close()
            yield "a"
        return Response(parts())

    @app.get("/boom")
    def boom():
        return {}["missing"]

    @app.get("/turned")
    def turned():
        raise ValueError("turned")

    @app.errorhandler(ValueError)
    def handler(error):
        return "sorry", 503

    client = app.test_client()

    def get(path, mark=True):
        plan = json.dumps({"id": path})
        response = client.get(path, headers={"X-Crashworthy": plan} if mark else {})
        print(path, response.status_code, response.get_data(as_text=True).strip()[:40])
"""

STARLETTE = """
    import json
    from starlette.applications import Starlette
    from starlette.background import BackgroundTask
    from starlette.exceptions import HTTPException
    from starlette.middleware.base import BaseHTTPMiddleware
    from starlette.responses import JSONResponse
    from starlette.routing import Route
    from starlette.testclient import TestClient

    async def ok(request):
        return JSONResponse({"header": request.headers.get("X-Crashworthy")}, background=BackgroundTask(later))

    def later():
        open("late.txt", "w").close()

    async def boom(request):
        return {}["missing"]

    async def turned(request):
        try:
            raise ValueError("behind")
        except ValueError:
            raise HTTPException(500, "sorry")

    async def passing(request, call_next):
        return await call_next(request)

    app = Starlette(routes=[Route("/ok", ok), Route("/boom", boom), Route("/turned", turned)])
    # Code of no file stands for the framework's.
    app.router.routes.append(Route("/foreign", eval("lambda request: 1 / 0")))
    app.add_middleware(BaseHTTPMiddleware, dispatch=passing)
    client = TestClient(app, raise_server_exceptions=False)

    def get(path, mark=True):
        plan = json.dumps({"id": path})
        response = client.get(path, headers={"X-Crashworthy": plan} if mark else {})
        print(path, response.status_code, response.text[:40])
"""


@pytest.mark.parametrize("service", [FLASK, STARLETTE], ids=["flask", "starlette"])
def test_the_header_is_hidden_and_the_request_attributed(sense, service: str) -> None:
    sensed = sense(f"{service}\n    get('/ok')\n")
    assert sensed.output.split(maxsplit=2)[1] == "200"
    assert '"header":null' in sensed.output.replace(" ", "")
    start, end = sensed.of("request-start", "request-end")
    assert start.data == {"method": "GET", "path": "/ok"}
    assert start.exchange == end.exchange == "/ok"
    assert end.data["status"] == 200


def test_middleware_that_hands_the_request_on_is_no_place_of_a_failure_of_the_framework(sense) -> None:
    sensed = sense(f"{STARLETTE}\n    get('/foreign')\n")
    (event,) = sensed.of("exception")
    assert event.data["type"] == "ZeroDivisionError"
    assert event.data["frames"] == []
    assert event.location is None


@pytest.mark.parametrize("service", [FLASK, STARLETTE], ids=["flask", "starlette"])
def test_an_unhandled_exception_names_the_line(sense, service: str) -> None:
    sensed = sense(f"{service}\n    get('/boom')\n    get('/ok')\n")
    (event,) = sensed.of("exception")
    assert event.exchange == "/boom"
    assert event.data["type"] == "KeyError"
    assert event.data["handled"] is False
    assert event.location is not None
    assert event.location.file == "app.py"
    assert event.location.symbol == "boom"
    frames = event.data["frames"]
    assert isinstance(frames, list)
    assert frames[-1] == ["app.py", event.location.line, "boom"]
    assert sensed.kinds("/boom") == ["request-start", "exception", "request-end"]


@pytest.mark.parametrize("service", [FLASK, STARLETTE], ids=["flask", "starlette"])
def test_an_exception_turned_into_a_5xx_is_found_behind_it(sense, service: str) -> None:
    sensed = sense(f"{service}\n    get('/turned')\n")
    (event,) = sensed.of("exception")
    assert event.data["type"] == "ValueError"
    assert event.data["handled"] is True
    assert event.location is not None
    assert event.location.symbol == "turned"


@pytest.mark.parametrize("service", [FLASK, STARLETTE], ids=["flask", "starlette"])
def test_an_unmarked_request_leaves_no_trace_but_its_exception(sense, service: str) -> None:
    sensed = sense(f"{service}\n    get('/ok', mark=False)\n    get('/boom', mark=False)\n")
    assert [(event.kind, event.exchange) for event in sensed.events if event.kind != "hello"] == [("exception", None)]


def test_work_done_while_a_body_is_streamed_is_attributed(sense) -> None:
    sensed = sense(f"{FLASK}\n    get('/stream')\n")
    assert sensed.kinds("/stream") == ["request-start", "request-end", "file-write"]


def test_background_tasks_are_attributed_after_the_end(sense) -> None:
    sensed = sense(f"{STARLETTE}\n    get('/ok')\n")
    assert sensed.kinds("/ok") == ["request-start", "request-end", "file-write"]


def test_a_fastapi_endpoint_in_the_thread_pool(sense) -> None:
    sensed = sense("""
        import json, sqlite3
        from fastapi import FastAPI
        from fastapi.testclient import TestClient
        app = FastAPI()

        @app.get("/rows")
        def rows():
            return sqlite3.connect(":memory:").execute("SELECT 1").fetchall()

        TestClient(app).get("/rows", headers={"X-Crashworthy": json.dumps({"id": "e"})})
    """)
    (event,) = sensed.of("sql")
    assert event.exchange == "e"
    assert event.location is not None
    assert event.location.symbol == "rows"
    assert not sensed.of("thread-start")


def test_django(sense) -> None:
    sensed = sense("""
        import json, sys
        import django
        from django.conf import settings
        from django.http import JsonResponse
        from django.urls import path

        def ok(request):
            return JsonResponse({"header": request.headers.get("x-crashworthy")})

        def boom(request):
            return {}["missing"]

        urlpatterns = [path("ok", ok), path("boom", boom)]
        settings.configure(DEBUG=False, SECRET_KEY="x", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[])
        django.setup()
        from django.core.wsgi import get_wsgi_application
        from wsgiref.util import setup_testing_defaults
        application = get_wsgi_application()
        for name in ("ok", "boom"):
            environ = {"PATH_INFO": f"/{name}", "HTTP_X_CRASHWORTHY": json.dumps({"id": name})}
            setup_testing_defaults(environ)
            body = application(environ, lambda status, headers: print(status))
            print(b"".join(body).decode()[:40])
            body.close()
    """)
    assert "200 OK" in sensed.output
    assert '{"header": null}' in sensed.output
    assert sensed.kinds("ok") == ["request-start", "request-end"]
    (event,) = sensed.of("exception")
    assert event.exchange == "boom"
    assert event.location is not None
    assert event.location.symbol == "boom"


def test_aiohttp(sense) -> None:
    sensed = sense("""
        import asyncio, json
        from aiohttp import ClientSession, web

        async def ok(request):
            assert b"x-crashworthy" not in {name.lower() for name, _ in request.raw_headers}
            seen = {name: request.headers.get(name) for name in ("X-Crashworthy", "X-Kept")}
            return web.json_response(seen)

        async def boom(request):
            return {}["missing"]

        async def refused(request):
            raise web.HTTPNotFound()

        async def main():
            app = web.Application()
            app.add_routes([web.get("/ok", ok), web.get("/boom", boom), web.get("/refused", refused)])
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            async with ClientSession() as session:
                for path in ("ok", "boom", "refused"):
                    headers = {"X-Crashworthy": json.dumps({"id": path}), "X-Kept": "yes"}
                    async with session.get(f"http://127.0.0.1:{port}/{path}", headers=headers) as response:
                        print(response.status, await response.text())
            await runner.cleanup()

        asyncio.run(main())
    """)
    assert sensed.output.startswith('200 {"X-Crashworthy": null, "X-Kept": "yes"}')
    assert [(event.exchange, event.data["status"]) for event in sensed.of("request-end")] == [
        ("ok", 200),
        ("boom", 500),
        ("refused", 404),
    ]
    (event,) = sensed.of("exception")
    assert event.location is not None
    assert event.location.symbol == "boom"


def test_an_application_without_any_framework_behind_a_server(sense) -> None:
    sensed = sense("""
        import json, threading, urllib.request
        from wsgiref.simple_server import WSGIRequestHandler, make_server

        class Quiet(WSGIRequestHandler):
            def log_message(self, *_):
                pass

        def app(environ, start_response):
            start_response("200 OK", [])
            return [str("HTTP_X_CRASHWORTHY" in environ).encode()]

        server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
        threading.Thread(target=server.handle_request).start()
        url = f"http://127.0.0.1:{server.server_port}/x"
        request = urllib.request.Request(url, headers={"X-Crashworthy": json.dumps({"id": "e"})})
        print(urllib.request.urlopen(request).read())
    """)
    assert "False" in sensed.output
    assert sensed.kinds("e") == ["request-start", "request-end"]
    assert not sensed.of("outbound"), "what the service itself listens on is not outbound"


def test_a_handler_of_http_server(sense) -> None:
    sensed = sense("""
        import json, threading, urllib.request
        from http.server import BaseHTTPRequestHandler, HTTPServer

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(204)
                self.send_header("X-Seen", str(self.headers.get("X-Crashworthy")))
                self.end_headers()

            def log_message(self, *_):
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/x?q=1"
        request = urllib.request.Request(url, headers={"X-Crashworthy": json.dumps({"id": "e"})})
        print(urllib.request.urlopen(request).headers["X-Seen"])
        thread.join()
    """)
    assert sensed.output.strip() == "None"
    start, end = sensed.of("request-start", "request-end")
    assert start.data["path"] == "/x"
    assert end.data["status"] == 204


@pytest.mark.parametrize("header", ["", "{", "[]", "{}", '{"id": 1}', "x" * 10_000], ids=str)
def test_a_header_that_is_not_the_engine_s_changes_nothing(sense, header: str) -> None:
    sensed = sense(f"""
        from flask import Flask
        app = Flask(__name__)
        app.get("/")(lambda: "fine")
        print(app.test_client().get("/", headers={{"X-Crashworthy": {header!r}}}).text)
    """)
    assert sensed.output.strip() == "fine"
    assert not sensed.of("request-start")


def test_a_plan_with_nonsense_in_it_changes_nothing(sense) -> None:
    sensed = sense("""
        import json, sqlite3
        from flask import Flask
        app = Flask(__name__)

        @app.get("/")
        def write():
            sqlite3.connect(":memory:").executescript("CREATE TABLE t (n); INSERT INTO t VALUES (1)")
            return "fine"

        plan = {
            "id": "e",
            "barrier": {"name": ["x"], "parties": "many", "timeout_ms": -5, "skip": None},
            "sleep": {"seed": {}, "max_ms": "long", "share": "all"},
            "line": {"max_ms": -1, "share": 7},
        }
        print(app.test_client().get("/", headers={"X-Crashworthy": json.dumps(plan)}).text)
    """)
    assert sensed.output.strip() == "fine"
