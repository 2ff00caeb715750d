from flask import Blueprint, Flask
from flask.views import MethodView
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

# GET /                                -
# GET /items/{item_id}                 item_id: integer
# PUT /items/{item_id}                 item_id: integer
# GET /items/{item_id}/photos/{name}   item_id: integer, name: string
# GET /codes/{code}                    code: ^[A-Z]{3}$
# POST /carts                          -
# DELETE /carts/{cart}                 cart: uuid
# GET /admin/users                     -


class Code(BaseConverter):
    regex = "[A-Z]{3}"


app = Flask(__name__)
app.url_map.converters["code"] = Code
carts = Blueprint("carts", __name__, url_prefix="/carts")


class Item(MethodView):
    def get(self, item_id):
        return {}

    def put(self, item_id):
        return {}


@app.get("/")
def home():
    return "home"


@app.get("/items/<int:item_id>/photos/<path:name>")
def photo(item_id, name):
    return name


@app.get("/codes/<code:code>")
def code(code):
    return code


@carts.post("")
def create():
    return {}, 201


@carts.delete("/<uuid:cart>")
def remove(cart):
    return "", 204


app.add_url_rule("/items/<int:item_id>", view_func=Item.as_view("item"))
app.register_blueprint(carts)
admin = Flask("admin")
admin.add_url_rule("/users", "users", list)
app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/admin": admin})
application = ProxyFix(app)
