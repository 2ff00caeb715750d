import tornado.web

# GET /pastes                  -
# POST /pastes                 -
# GET /pastes/{group0}         group0: ^[a-z0-9]+$
# GET /pastes/{paste}/{format}  paste: ^[a-z0-9]+$, format: txt|json


class Base(tornado.web.RequestHandler):
    """Refuses what is not defined."""

    def put(self):
        raise tornado.web.HTTPError(405)

    def delete(self):
        raise tornado.web.HTTPError(404)


class Pastes(Base):
    def get(self):
        self.write("")

    def post(self):
        self.write("")


class Paste(Base):
    async def get(self, *args):
        self.write("")


application = tornado.web.Application(
    [
        (r"/pastes", Pastes),
        (r"/pastes/([a-z0-9]+)", Paste),
        tornado.web.url(r"/pastes/(?P<paste>[a-z0-9]+)/(?P<format>txt|json)", Paste),
        (r"/files/(.*)", tornado.web.StaticFileHandler, {"path": "."}),
    ]
)
