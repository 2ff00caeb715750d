from flask import Flask, current_app, g, request

# GET /ping                    -

flask = Flask(__name__)


@flask.get("/ping")
def ping():
    return "pong"


class Timing:
    """Middleware that keeps what stands in for the request, and knows it only while there is one."""

    def __init__(self, served):
        self.request, self.current, self.memory = request, current_app, g
        self.table = [("GET", request), current_app]
        self.served = served

    def __call__(self, environ, start_response):
        return self.served(environ, start_response)


application = Timing(flask)
