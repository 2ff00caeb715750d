import falcon

# GET /meters                  -
# POST /meters                 -
# GET /meters/{number}         number: integer
# PUT /meters/{number}/readings/{day}   number: integer, day: string


class Meters:
    def on_get(self, request, response):
        response.media = []

    def on_post(self, request, response):
        response.media = {}


class Meter:
    def on_get(self, request, response, number):
        response.media = {}

    def on_put_label(self, request, response, number, day):
        response.media = {}


application = falcon.App()
application.add_route("/meters", Meters())
application.add_route("/meters/{number:int}", Meter())
application.add_route("/meters/{number:int}/readings/{day:dt('%Y')}", Meter(), suffix="label")
