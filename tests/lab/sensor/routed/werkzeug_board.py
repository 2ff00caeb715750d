from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

# GET /topics                  -
# POST /topics                 -
# GET /topics/{topic}          topic: integer


class Board:
    def __init__(self):
        self.urls = Map(
            [
                Rule("/topics", endpoint=self.topics, methods=["GET", "POST"]),
                Rule("/topics/<int:topic>", endpoint=self.topics, methods=["GET"]),
            ]
        )

    def topics(self, request, **values):
        return Response("")

    def __call__(self, environ, start_response):
        endpoint, values = self.urls.bind_to_environ(environ).match()
        return endpoint(environ, **values)(environ, start_response)


application = Board()
