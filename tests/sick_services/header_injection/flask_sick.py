"""Answers by WSGI's own means, and puts a name into a header as it is."""

from urllib.parse import parse_qs

from flask import Flask

app = Flask(__name__)
framework = app.wsgi_app


def application(environ, start_response):
    if environ["PATH_INFO"] != "/download":
        return framework(environ, start_response)
    name = parse_qs(environ.get("QUERY_STRING", "")).get("name", ["file"])[0]
    name = name.encode("latin-1", "replace").decode("latin-1")
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Disposition", f"attachment; filename={name}")])
    return [b"content"]


app.wsgi_app = application
