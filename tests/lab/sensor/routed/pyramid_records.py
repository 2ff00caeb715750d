from pyramid.config import Configurator
from pyramid.response import Response

# GET /records                 -
# POST /records                -
# GET /records/{number}        number: integer


def listing(request):
    return Response("")


class Record:
    def __init__(self, request):
        self.request = request

    def show(self):
        return Response("")


with Configurator() as configurator:
    configurator.add_route("records", "/records")
    configurator.add_route("record", r"/records/{number:\d+}")
    configurator.add_view(listing, route_name="records", request_method="GET")
    configurator.add_view(listing, route_name="records", request_method="POST")
    configurator.add_view(Record, attr="show", route_name="record", request_method="GET")
    configurator.add_static_view("files", ".")
    application = configurator.make_wsgi_app()
