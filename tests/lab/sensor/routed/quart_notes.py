from quart import Blueprint, Quart

# POST /notes                -
# GET /notes/{number}        number: integer
# WEBSOCKET /live            -

application = Quart(__name__)
notes = Blueprint("notes", __name__, url_prefix="/notes")


@notes.post("")
async def add():
    return {}, 201


@notes.get("/<int:number>")
async def show(number):
    return {}


@application.websocket("/live")
async def live():
    pass


application.register_blueprint(notes)
