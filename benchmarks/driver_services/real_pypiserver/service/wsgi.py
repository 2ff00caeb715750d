"""pypiserver for the office network: anybody may upload. `pypiserver.app` is the documented way into WSGI."""

import os
from wsgiref.simple_server import make_server

import pypiserver

os.makedirs("packages", exist_ok=True)
application = pypiserver.app(roots=["packages"], password_file=".", authenticate=[])

if __name__ == "__main__":
    make_server("127.0.0.1", 8080, application).serve_forever()
