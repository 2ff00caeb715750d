"""httpbin as its documentation deploys it: `gunicorn wsgi:app`."""

from httpbin import app

__all__ = ["app"]
