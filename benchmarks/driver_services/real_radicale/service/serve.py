"""Radicale without logins, as its tutorial starts it, on the local machine."""

from wsgiref.simple_server import make_server

from radicale import config
from radicale.app import Application

configuration = config.load()
configuration.update(
    {"auth": {"type": "none"}, "storage": {"filesystem_folder": "collections"}, "rights": {"type": "owner_only"}},
    "serve.py",
    privileged=True,
)
application = Application(configuration)

if __name__ == "__main__":
    make_server("127.0.0.1", 5232, application).serve_forever()
