from aiohttp import web

# GET /rooms                  -
# GET /rooms/{slug}           slug: ^[a-z]+$
# POST /rooms/{slug}          slug: ^[a-z]+$
# DELETE /admin/rooms/{slug}  slug: string

routes = web.RouteTableDef()


@routes.view("/rooms/{slug:[a-z]+}")
class Room(web.View):
    async def get(self):
        return web.Response()

    async def post(self):
        return web.Response()


async def listing(request):
    return web.Response()


async def remove(request):
    return web.Response()


application = web.Application()
application.add_routes(routes)
application.router.add_get("/rooms", listing)
application.router.add_static("/files", ".")
admin = web.Application()
admin.router.add_delete("/rooms/{slug}", remove)
application.add_subapp("/admin", admin)
