from collections.abc import Callable

import pytest

from crashworthy.source.tree import SourceTree

Parse = Callable[..., SourceTree]

FLASK = "from flask import Flask\napp = Flask(__name__)\n"


@pytest.mark.parametrize(
    ("files", "framework", "kind", "target", "folder"),
    [
        ({"app.py": FLASK}, "flask", "object", "app:app", "."),
        (
            {"app.py": FLASK + "if __name__ == '__main__':\n    app.run()\n"},
            "flask",
            "script",
            "app.py",
            ".",
        ),
        (
            {"shop/__init__.py": "from flask import Flask\ndef create_app():\n    app = Flask('x')\n    return app\n"},
            "flask",
            "factory",
            "shop:create_app",
            ".",
        ),
        (
            {"backend/run.py": "from api.app import make\nimport uvicorn\nuvicorn.run(make())\n"}
            | {"backend/api/app.py": "from fastapi import FastAPI\ndef make() -> FastAPI:\n    return FastAPI()\n"},
            "fastapi",
            "script",
            "backend/run.py",
            "backend",
        ),
        (
            {"src/shop/main.py": "from fastapi import FastAPI\nfrom shop.db import x\napp = FastAPI()\n"}
            | {"src/shop/__init__.py": "", "src/shop/db.py": "x = 1\n"},
            "fastapi",
            "object",
            "shop.main:app",
            "src",
        ),
        (
            {"main.py": "import uvicorn\nif __name__ == '__main__':\n    uvicorn.run('web:app')\n"}
            | {"web.py": "from starlette.applications import Starlette\napp = Starlette()\n"},
            "starlette",
            "script",
            "main.py",
            ".",
        ),
        ({"manage.py": "from django.core.management import execute\n"}, "django", "manage", "manage.py", "."),
        (
            {
                "site/wsgi.py": "from django.core.wsgi import get_wsgi_application\n"
                "application = get_wsgi_application()\n"
            },
            "django",
            "object",
            "wsgi:application",
            "site",
        ),
        (
            {
                "main.py": "from aiohttp import web\nasync def make():\n    app = web.Application()\n    return app\n"
                "if __name__ == '__main__':\n    web.run_app(make())\n"
            },
            "aiohttp",
            "script",
            "main.py",
            ".",
        ),
        ({"app.py": "from litestar import Litestar\napp = Litestar([])\n"}, "litestar", "object", "app:app", "."),
        ({"app.py": "from quart import Quart\napp = Quart(__name__)\n"}, "quart", "object", "app:app", "."),
        (
            {"app.py": "from sanic import Sanic\napp = Sanic('x')\nif __name__ == '__main__':\n    app.run()\n"},
            "sanic",
            "script",
            "app.py",
            ".",
        ),
        (
            {
                "a.py": "import bottle\napp = bottle.Bottle()\ndef main():\n    bottle.run(app, port=1)\n"
                "if __name__ == '__main__':\n    main()\n"
            },
            "bottle",
            "script",
            "a.py",
            ".",
        ),
        (
            {
                "t.py": "import asyncio\nfrom tornado.web import Application\ndef make():\n    return Application([])\n"
                "async def main():\n    make().listen(8888)\n    await asyncio.Event().wait()\nasyncio.run(main())\n"
            },
            "tornado",
            "script",
            "t.py",
            ".",
        ),
        (
            {
                "c.py": FLASK + "from flask_socketio import SocketIO\nsocketio = SocketIO(app)\n"
                "if __name__ == '__main__':\n    socketio.run(app)\n"
            },
            "flask",
            "script",
            "c.py",
            ".",
        ),
        ({"f.py": "import falcon\napp = falcon.App()\n"}, "falcon", "object", "f:app", "."),
        (
            {
                "s.py": "from http.server import HTTPServer, BaseHTTPRequestHandler as B\n"
                "HTTPServer(('', 1), B).serve_forever()\n"
            },
            "unknown",
            "script",
            "s.py",
            ".",
        ),
    ],
)
def test_the_first_application(
    parse: Parse, files: dict[str, str], framework: str, kind: str, target: str, folder: str
) -> None:
    first = parse(files).applications[0]
    assert (first.framework, first.kind, first.target, first.folder) == (framework, kind, target, folder)


def test_scripts_come_before_objects_and_tests_not_at_all(parse: Parse) -> None:
    tree = parse(
        {
            "app.py": FLASK,
            "run.py": "from app import app\nif __name__ == '__main__':\n    app.run()\n",
            "tests/test_app.py": FLASK,
            "examples/other.py": FLASK,
        }
    )
    assert [(one.kind, one.target) for one in tree.applications] == [("script", "run.py"), ("object", "app:app")]


def test_a_factory_that_needs_arguments_is_none(parse: Parse) -> None:
    tree = parse(app="from flask import Flask\ndef create_app(config):\n    return Flask('x')\n")
    assert tree.applications == ()
