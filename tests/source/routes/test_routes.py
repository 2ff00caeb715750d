from collections.abc import Callable

import pytest

from crashworthy.core.operation import Operation
from crashworthy.source.tree import SourceTree

Parse = Callable[..., SourceTree]

FASTAPI = {
    "main.py": """
from fastapi import FastAPI
from app.api import api
from app import admin
app = FastAPI()
app.include_router(api, prefix="/v1")
for router in (admin.router,):
    app.include_router(router)

@app.get("/health")
def health(): ...

@app.api_route("/both", methods=["GET", "POST"])
def both(): ...

def added(): ...
app.add_api_route("/added", added, methods=["PUT"])
""",
    "app/__init__.py": "",
    "app/api.py": """
from fastapi import APIRouter
from .orders import router as orders
api = APIRouter(prefix="/api")
api.include_router(orders, prefix="/orders")
""",
    "app/orders.py": """
from fastapi import APIRouter
PREFIX = "/{order_id}"
router = APIRouter()

@router.get("")
async def listed(): ...

@router.delete(PREFIX + "/items/{item:int}")
async def remove(order_id: int, item: int): ...
""",
    "app/admin.py": """
from fastapi import APIRouter
router = APIRouter(prefix="/admin")

@router.post("/")
def create(): ...
""",
}
FLASK = {
    "app.py": """
from flask import Flask
from shop import create_blueprints
def create_app():
    app = Flask(__name__)

    @app.route("/", methods=["GET", "POST"])
    def index(): ...

    create_blueprints(app)
    return app
""",
    "shop/__init__.py": """
from .orders import bp
from .views import ItemView
def create_blueprints(app):
    app.register_blueprint(bp, url_prefix="/shop")
    app.add_url_rule("/items/<uuid:item>", view_func=ItemView.as_view("item"))
""",
    "shop/orders.py": """
from flask import Blueprint
bp = Blueprint("orders", __name__, url_prefix="/overridden")
inner = Blueprint("inner", __name__, url_prefix="/inner")
bp.register_blueprint(inner)

@bp.patch("/orders/<int:order_id>")
def change(order_id): ...

@inner.get("/<path:rest>")
def rest(rest): ...
""",
    "shop/views.py": """
from flask.views import MethodView
class ItemView(MethodView):
    def get(self, item): ...
    def delete(self, item): ...
""",
}
DJANGO = {
    "manage.py": "import os, django\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n",
    "site_/settings.py": "ROOT_URLCONF = 'site_.urls'\n",
    "site_/urls.py": """
from django.urls import include, path, re_path
from shop import views
urlpatterns = [
    path("api/", include("shop.urls")),
    re_path(r"^old/(?P<year>[0-9]{4})/$", views.old),
]
""",
    "shop/urls.py": """
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from . import views
urlpatterns = [
    path("orders", views.orders),
    path("orders/<int:pk>/pay", csrf_exempt(views.pay)),
    path("items/<slug:name>", views.ItemView.as_view()),
]
""",
    "shop/views.py": """
from django.http import JsonResponse
from django.views import View
from django.views.decorators.http import require_POST

def orders(request):
    if request.method == "POST":
        return JsonResponse({}, status=201)
    return JsonResponse({})

@require_POST
def pay(request, pk): ...

def old(request, year):
    if request.method != "GET":
        return JsonResponse({}, status=405)
    return JsonResponse({})

class ItemView(View):
    def get(self, request, name): ...
    def put(self, request, name): ...
""",
}
REST_FRAMEWORK = DJANGO | {
    "site_/urls.py": """
from django.urls import include, path
from rest_framework.routers import DefaultRouter
from shop.views import OrderViewSet
router = DefaultRouter()
router.register("orders", OrderViewSet)
urlpatterns = [path("api/", include(router.urls))]
""",
    "shop/views.py": """
from rest_framework import viewsets
from rest_framework.decorators import action
class OrderViewSet(viewsets.ReadOnlyModelViewSet):
    @action(detail=True, methods=["post"])
    def cancel(self, request, pk=None): ...
""",
}
NINJA = DJANGO | {
    "site_/urls.py": """
from django.urls import path
from ninja import NinjaAPI
from shop.views import router
api = NinjaAPI()
api.add_router("/shop", router)

@api.get("/health")
def health(request): ...

urlpatterns = [path("api/", api.urls)]
""",
    "shop/views.py": """
from ninja import Router
router = Router()

@router.post("/orders/{order_id}")
def create(request, order_id: int): ...
""",
}
STARLETTE = {
    "main.py": """
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.routing import Mount, Route

async def home(request): ...

class Item(HTTPEndpoint):
    async def get(self, request): ...
    async def put(self, request): ...

items = [Route("/{item:int}", Item)]
routes = [Route("/", home, methods=["GET", "POST"]), Mount("/items", routes=items)]
app = Starlette(routes=routes)
"""
}
AIOHTTP = {
    "main.py": r"""
from aiohttp import web
routes = web.RouteTableDef()

@routes.get("/items/{item:\d+}")
async def show(request): ...

async def create(request): ...

def make():
    app = web.Application()
    app.add_routes(routes)
    app.add_routes([web.post("/items", create)])
    admin = web.Application()
    admin.router.add_delete("/all", create)
    app.add_subapp("/admin", admin)
    return app
"""
}
LITESTAR = {
    "main.py": """
from litestar import Controller, Litestar, Router, get, post

class Orders(Controller):
    path = "/orders"

    @get()
    async def listed(self) -> list: ...

    @post("/{order_id:int}/pay")
    async def pay(self, order_id: int) -> None: ...

@get("/health")
async def health() -> None: ...

app = Litestar(route_handlers=[health, Router(path="/api", route_handlers=[Orders])])
"""
}
PLAIN = {
    "main.py": """
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/items":
            ...
    def do_POST(self):
        if self.path in ("/items", "/orders"):
            ...

if __name__ == "__main__":
    HTTPServer(("", 8000), Handler).serve_forever()
"""
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            FASTAPI,
            "GET /added-, PUT /added, POST /admin/, GET /both, POST /both, GET /health, "
            "GET /v1/api/orders, DELETE /v1/api/orders/{order_id}/items/{item}",
            id="fastapi",
        ),
        pytest.param(
            FLASK,
            "GET /, POST /, DELETE /items/{item}, GET /items/{item}, GET /shop/inner/{rest}, "
            "PATCH /shop/orders/{order_id}",
            id="flask",
        ),
        pytest.param(
            DJANGO,
            "GET /api/items/{name}, PUT /api/items/{name}, GET /api/orders, POST /api/orders, "
            "POST /api/orders/{pk}/pay, GET /old/{year}/",
            id="django",
        ),
        pytest.param(
            REST_FRAMEWORK,
            "GET /api/orders/, GET /api/orders/{id}/, POST /api/orders/{id}/cancel/",
            id="rest-framework",
        ),
        pytest.param(NINJA, "GET /api/health, POST /api/shop/orders/{order_id}", id="ninja"),
        pytest.param(STARLETTE, "GET /, POST /, GET /items/{item}, PUT /items/{item}", id="starlette"),
        pytest.param(AIOHTTP, "DELETE /admin/all, POST /items, GET /items/{item}", id="aiohttp"),
        pytest.param(LITESTAR, "GET /api/orders, POST /api/orders/{order_id}/pay, GET /health", id="litestar"),
        pytest.param(PLAIN, "GET /items, POST /items, POST /orders", id="http.server"),
    ],
)
def test_operations(parse: Parse, files: dict[str, str], expected: str) -> None:
    names = {name for name in expected.split(", ") if not name.endswith("-")}
    operations = parse(files).operations
    assert {operation.name for operation in operations} == names
    assert all(operation.handler is not None and operation.source == "routes" for operation in operations)


def path_schema(operations: tuple[Operation, ...], name: str) -> object:
    operation = next(one for one in operations if one.name == name)
    return operation.parameters[0].data_schema


def test_converters_become_schemas(parse: Parse) -> None:
    operations = parse(FLASK).operations
    assert path_schema(operations, "PATCH /shop/orders/{order_id}") == {"type": "integer", "minimum": 0}
    assert path_schema(operations, "GET /items/{item}") == {"type": "string", "format": "uuid"}


def test_regular_expressions_become_schemas(parse: Parse) -> None:
    assert path_schema(parse(DJANGO).operations, "GET /old/{year}/") == {"type": "integer", "minimum": 0}


def test_handlers_are_where_their_code_is(parse: Parse) -> None:
    operation = next(one for one in parse(FLASK).operations if one.name == "DELETE /items/{item}")
    assert operation.handler is not None
    assert (operation.handler.file, operation.handler.symbol) == ("shop/views.py", "ItemView.delete")


def test_routes_of_tests_and_scripts_beside_the_service_are_not_its_own(parse: Parse) -> None:
    app = "from flask import Flask\napp = Flask(__name__)\n@app.get('/{0}')\ndef f(): ...\n"
    tree = parse(
        {"app.py": app.format("own"), "tests/test_app.py": app.format("test"), "docs/example.py": app.format("doc")}
    )
    assert [one.name for one in tree.operations] == ["GET /own"]


@pytest.mark.parametrize(
    ("guard", "asks"),
    [
        ("@login_required\n", True),
        ("", None),
    ],
)
def test_login_is_seen_in_decorators_that_refuse(parse: Parse, guard: str, asks: bool | None) -> None:
    text = f"""
from functools import wraps
from flask import Flask, abort, request
app = Flask(__name__)

def login_required(view):
    @wraps(view)
    def wrapper(*args, **kwargs):
        if "Authorization" not in request.headers:
            abort(401)
        return view(*args, **kwargs)
    return wrapper

@app.get("/me")
{guard}def me(): ...
"""
    assert parse(app=text).operations[0].needs_login is asks
