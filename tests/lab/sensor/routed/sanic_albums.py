from sanic import Blueprint, Sanic, text
from sanic.views import HTTPMethodView

# POST /v1/albums             -
# GET /v1/albums/{number}     number: integer
# DELETE /v1/albums/{number}  number: integer
# GET /days/{day}             day: date
# GET /tags/{tag}             tag: ^[a-z]+$
# WEBSOCKET /live             -

application = Sanic("albums")
albums = Blueprint("albums", url_prefix="/albums", version=1)


@albums.post("")
async def add(request):
    return text("")


class Album(HTTPMethodView):
    async def get(self, request, number):
        return text("")

    async def delete(self, request, number):
        return text("")


@application.get("/days/<day:ymd>")
async def day(request, day):
    return text("")


@application.get(r"/tags/<tag:[a-z]+>")
async def tag(request, tag):
    return text("")


@application.websocket("/live")
async def live(request, socket):
    pass


albums.add_route(Album.as_view(), "/<number:int>")
application.blueprint(albums)
application.static("/files", ".")
application.router.finalize()
