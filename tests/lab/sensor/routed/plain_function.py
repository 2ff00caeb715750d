# Nothing is known, and nothing is invented.

PAGES = {"/about": "<p>About</p>"}


def application(environ, start_response):
    start_response("200 OK", [])
    return [PAGES.get(environ["PATH_INFO"], "").encode()]
