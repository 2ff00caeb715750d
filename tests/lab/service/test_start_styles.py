"""Every way to start a service that crashworthy knows."""

from __future__ import annotations

import sys

import httpx
import pytest

from crashworthy.lab.service.plan import StartKind, StartPlan
from crashworthy.lab.testbed import Capability
from lab.service.counting import COUNTER, FASTAPI, FASTAPI_MAIN, FLASK, FLASK_MAIN, script

STARLETTE = """
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route
    import counter
    app = Starlette(routes=[
        Route("/count", lambda request: PlainTextResponse(counter.count())),
        Route("/add", lambda request: PlainTextResponse(counter.add()), methods=["POST"]),
    ])
"""
WSGI = """
    import counter
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        answer = counter.add() if environ["REQUEST_METHOD"] == "POST" else counter.count()
        return [answer.encode()]
"""
STDLIB = """
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    import counter
    class Handler(BaseHTTPRequestHandler):
        def answer(self, text):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text.encode())
        def do_GET(self):
            self.answer(counter.count())
        def do_POST(self):
            self.answer(counter.add())
    if __name__ == "__main__":
        ThreadingHTTPServer(("", 8000), Handler).serve_forever()
"""
SANIC = """
    from counter import add, connect, count
    from sanic import Sanic, text
    app = Sanic("counter")
    @app.main_process_start
    async def prepare(app):
        connect().execute("create table prepared (n integer)")
        app.ctx.prepared = True
    @app.post("/add")
    async def _add(request):
        connect().execute("select * from prepared")
        assert not hasattr(app.ctx, "prepared")
        return text(add())
    @app.get("/count")
    async def _count(request):
        return text(count())
"""
SANIC_MAIN = f"{SANIC}\n    if __name__ == '__main__':\n        app.run(host='0.0.0.0', port=8000, workers=2)\n"
BOTTLE = """
    from bottle import Bottle, run
    from counter import add, count
    app = Bottle()
    app.post("/add")(add)
    app.get("/count")(count)
"""
TORNADO = """
    from counter import add, count
    from tornado.web import Application, RequestHandler
    class Add(RequestHandler):
        def post(self):
            self.write(add())
    class Count(RequestHandler):
        def get(self):
            self.write(count())
    def make():
        return Application([("/add", Add), ("/count", Count)])
"""
AIOHTTP = """
    from aiohttp import web
    import counter
    async def count(request):
        return web.Response(text=counter.count())
    async def add(request):
        return web.Response(text=counter.add())
    async def make():
        app = web.Application()
        app.add_routes([web.get("/count", count), web.post("/add", add)])
        return app
    if __name__ == "__main__":
        web.run_app(make(), port=8080)
"""
GUNICORN_CONFIG = "bind = ['0.0.0.0:9000']\nworkers = 2\nthreads = 2\nwsgi_app = 'app:app'\n"
DJANGO_URLS = """
    from django.http import HttpResponse
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt
    import counter
    urlpatterns = [
        path("count", lambda request: HttpResponse(counter.count())),
        path("add", csrf_exempt(lambda request: HttpResponse(counter.add()))),
    ]
"""
DJANGO_SETTINGS = """
    SECRET_KEY = "for tests"
    DEBUG = True
    ALLOWED_HOSTS = ["*"]
    ROOT_URLCONF = "urls"
    INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
    WSGI_APPLICATION = "wsgi.application"
    USE_TZ = True
"""
MANAGE = """
    import os, sys
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""
DJANGO_WSGI = """
    import os
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    from django.core.wsgi import get_wsgi_application
    application = get_wsgi_application()
"""
DJANGO = {"wsgi.py": DJANGO_WSGI, "manage.py": MANAGE, "settings.py": DJANGO_SETTINGS, "urls.py": DJANGO_URLS}
MIGRATE = StartPlan(StartKind.SCRIPT, ("manage.py", "migrate", "--noinput"))


STYLES = {
    "flask main": ({"app.py": FLASK_MAIN % "port=5000"}, script("app.py")),
    "flask main with debug mode": ({"app.py": FLASK_MAIN % "debug=True"}, script("app.py")),
    "flask main with processes": ({"app.py": FLASK_MAIN % "threaded=False, processes=3"}, script("app.py")),
    "flask object": ({"wsgi.py": FLASK}, StartPlan(StartKind.OBJECT, framework="flask", target="wsgi:app")),
    "flask factory": (
        {"package/__init__.py": "", "package/made.py": f"{FLASK}\n    def create_app():\n        return app\n"},
        StartPlan(StartKind.FACTORY, framework="flask", target="package.made:create_app"),
    ),
    "flask command": ({"app.py": FLASK}, StartPlan(StartKind.PROGRAM, ("flask", "run", "--debug"))),
    "flask as a module": (
        {"site.py": "", "web.py": FLASK},
        StartPlan(StartKind.MODULE, ("flask", "run"), environment=(("FLASK_APP", "web"),)),
    ),
    "fastapi object": ({"main.py": FASTAPI}, StartPlan(StartKind.OBJECT, framework="fastapi", target="main:app")),
    "fastapi package": (
        {"app/__init__.py": "", "app/main.py": FASTAPI},
        StartPlan(StartKind.PROGRAM, ("uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "80")),
    ),
    "uvicorn command with reload": (
        {"main.py": FASTAPI},
        StartPlan(StartKind.PROGRAM, ("uvicorn", "main:app", "--reload")),
    ),
    "uvicorn.run with workers": (
        {"main.py": FASTAPI_MAIN % "uvicorn.run('main:app', port=8000, workers=2)"},
        script("main.py"),
    ),
    "uvicorn.run with reload": (
        {"main.py": FASTAPI_MAIN % "uvicorn.run('main:app', host='0.0.0.0', reload=True)"},
        script("main.py"),
    ),
    "gunicorn command": (
        {"app.py": FLASK},
        StartPlan(StartKind.PROGRAM, ("gunicorn", "-w", "3", "-b", "0.0.0.0:8000", "app:app")),
    ),
    "gunicorn configuration": (
        {"app.py": FLASK, "gunicorn.conf.py": GUNICORN_CONFIG},
        StartPlan(StartKind.PROGRAM, ("gunicorn",)),
    ),
    "gunicorn with uvicorn's worker": (
        {"main.py": FASTAPI},
        StartPlan(StartKind.PROGRAM, ("gunicorn", "-w", "2", "-k", "uvicorn.workers.UvicornWorker", "main:app")),
    ),
    "hypercorn command": ({"main.py": FASTAPI}, StartPlan(StartKind.PROGRAM, ("hypercorn", "main:app", "-w", "2"))),
    "waitress": (
        {"app.py": f"{FLASK}\n    from waitress import serve\n    serve(app, host='0.0.0.0', port=8080)\n"},
        script("app.py"),
    ),
    "aiohttp main": ({"app.py": AIOHTTP}, script("app.py")),
    "aiohttp factory": ({"web.py": AIOHTTP}, StartPlan(StartKind.FACTORY, framework="aiohttp", target="web:make")),
    "sanic main": ({"app.py": SANIC_MAIN}, script("app.py")),
    "sanic command": ({"app.py": SANIC}, StartPlan(StartKind.PROGRAM, ("sanic", "app:app", "--workers", "2"))),
    "sanic object": ({"web.py": SANIC}, StartPlan(StartKind.OBJECT, framework="sanic", target="web:app")),
    "bottle main": ({"app.py": f"{BOTTLE}\n    run(app, port=8080)\n"}, script("app.py")),
    "bottle object": ({"web.py": BOTTLE}, StartPlan(StartKind.OBJECT, framework="bottle", target="web:app")),
    "starlette": ({"web.py": STARLETTE}, StartPlan(StartKind.OBJECT, framework="starlette", target="web:app")),
    "plain WSGI": ({"web.py": WSGI}, StartPlan(StartKind.OBJECT, target="web:app")),
    "http.server": ({"serve.py": STDLIB}, script("serve.py")),
    "a function of a package": (
        {"package/__init__.py": "", "package/cli.py": f"{FLASK}\n    def main():\n        app.run()\n"},
        StartPlan(StartKind.CALL, target="package.cli:main"),
    ),
    "django runserver": (DJANGO, script("manage.py", "runserver", "127.0.0.1:{port}", before=(MIGRATE,))),
    "django wsgi": (
        DJANGO,
        StartPlan(StartKind.OBJECT, framework="django", target="wsgi:application"),
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_serves_and_forks_from_the_same_state_each_time(style, write_service, open_service):
    files, start = STYLES[style]
    folder = write_service({"counter.py": COUNTER, **files})
    with open_service(folder, start) as testbed:
        assert testbed.declared.error is None
        assert testbed.fork_refusal is None
        assert Capability.FORK in testbed.capabilities
        for _ in range(2):
            with testbed.fresh() as copy:
                assert httpx.get(f"{copy.base_url}/count").text == "0"
                assert httpx.post(f"{copy.base_url}/add").text == "added"
                assert httpx.get(f"{copy.base_url}/count").text == "1"


def test_serves_inside_a_loop_of_its_own(write_service, open_service):
    start = StartPlan(StartKind.FACTORY, framework="tornado", target="web:make")
    with open_service(write_service({"counter.py": COUNTER, "web.py": TORNADO}), start) as testbed:
        for _ in range(2):
            with testbed.fresh() as copy:
                assert httpx.post(f"{copy.base_url}/add").text == "added"
                assert httpx.get(f"{copy.base_url}/count").text == "1"


def test_reports_how_the_service_is_declared_to_run(write_service, open_service, events):
    files, start = STYLES["flask main with debug mode"]
    with open_service(write_service({"counter.py": COUNTER, **files}), start) as testbed:
        declared = testbed.declared
        assert (declared.server, declared.port, declared.debug, declared.reload) == ("werkzeug", 5000, True, True)
    assert [event.text for event in events] == [
        "experiments run the service with no automatic reload, no interactive debugger; the first start was as declared"
    ]


def test_one_process_does_as_much_at_a_time_as_the_declared_ones(write_service, open_service, events):
    files, start = STYLES["gunicorn configuration"]
    with open_service(write_service({"counter.py": COUNTER, **files}), start) as testbed:
        declared = testbed.declared
        assert (declared.server, declared.workers, declared.threads, declared.port) == ("gunicorn", 2, 2, 9000)
    assert "one process with 4 threads instead of 2;" in events[0].text


def test_runs_migrations_before_the_state_is_taken(write_service, open_service):
    files, start = STYLES["django runserver"]
    folder = write_service({"counter.py": COUNTER, **files})
    with open_service(folder, start) as testbed, testbed.fresh():
        assert b"django_content_type" in (folder / "db.sqlite3").read_bytes()


def test_starts_a_command_in_any_language_by_its_port(write_service, open_service):
    command = (sys.executable, "serve.py", "{port}")
    server = STDLIB.replace('("", 8000)', '("127.0.0.1", int(__import__("sys").argv[1]))')
    folder = write_service({"counter.py": COUNTER, "serve.py": server})
    with open_service(folder, StartPlan(StartKind.COMMAND, command)) as testbed:
        assert "no Python program" in testbed.fork_refusal
        for _ in range(2):
            with testbed.fresh() as copy:
                assert httpx.post(f"{copy.base_url}/add").text == "added"
                assert httpx.get(f"{copy.base_url}/count").text == "1"


def test_the_next_plan_is_tried_when_one_does_not_start(write_service, open_service, events):
    folder = write_service({"counter.py": COUNTER, "app.py": FLASK_MAIN % ""})
    with open_service(folder, StartPlan(StartKind.PROGRAM, ("granian", "app:app")), script("app.py")) as testbed:
        assert testbed.start.words == ("app.py",)
    assert "the package granian is missing" in events[0].text
