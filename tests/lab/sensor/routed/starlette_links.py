from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, Router, WebSocketRoute

# GET /links/{code}          code: string
# DELETE /links/{code}       code: string
# GET /api/count             -
# GET /api/days/{number}     number: integer
# WEBSOCKET /live            -


class Link(HTTPEndpoint):
    async def get(self, request):
        return PlainTextResponse("")

    async def delete(self, request):
        return PlainTextResponse("")


def count(request):
    return PlainTextResponse("0")


async def live(socket):
    await socket.accept()


api = Router(routes=[Route("/count", count), Route("/days/{number:int}", count)])
application = Starlette(
    routes=[Route("/links/{code}", Link), Mount("/api", api), WebSocketRoute("/live", live)],
    middleware=[Middleware(GZipMiddleware)],
)
