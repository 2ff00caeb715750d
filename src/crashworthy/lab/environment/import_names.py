"""Packages of the modules that a source imports, for folders that declare no requirements."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from packaging.utils import canonicalize_name

from crashworthy.lab.environment.popular import is_popular

# Where the package has another name than the module.
_PACKAGES = {
    "aiomysql": "aiomysql",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "corsheaders": "django-cors-headers",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "decouple": "python-decouple",
    "dj_database_url": "dj-database-url",
    "django_filters": "django-filter",
    "dotenv": "python-dotenv",
    "environ": "django-environ",
    "fitz": "pymupdf",
    "flask_bcrypt": "flask-bcrypt",
    "flask_cors": "flask-cors",
    "flask_jwt_extended": "flask-jwt-extended",
    "flask_limiter": "flask-limiter",
    "flask_login": "flask-login",
    "flask_marshmallow": "flask-marshmallow",
    "flask_migrate": "flask-migrate",
    "flask_restful": "flask-restful",
    "flask_sqlalchemy": "flask-sqlalchemy",
    "flask_wtf": "flask-wtf",
    "google.protobuf": "protobuf",
    "grpc": "grpcio",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "magic": "python-magic",
    "memcache": "python-memcached",
    "multipart": "python-multipart",
    "MySQLdb": "mysqlclient",
    "ninja": "django-ninja",
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "prometheus_client": "prometheus-client",
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "pydantic_settings": "pydantic-settings",
    "rest_framework": "djangorestframework",
    "rest_framework_simplejwt": "djangorestframework-simplejwt",
    "serial": "pyserial",
    "sklearn": "scikit-learn",
    "socketio": "python-socketio",
    "sse_starlette": "sse-starlette",
    "strawberry": "strawberry-graphql",
    "tortoise": "tortoise-orm",
    "ulid": "python-ulid",
    "whitenoise": "whitenoise",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}


def packages_for(imports: Iterable[str], local: frozenset[str]) -> tuple[list[str], list[str]]:
    """Packages for imported modules, and the modules whose package is not known for certain.

    `imports` are top-level module names; `local` those that the source has itself.
    """
    known, unknown = [], []
    for module in sorted(set(imports)):
        if module in sys.stdlib_module_names or module in local or not module.isidentifier():
            continue
        name = _PACKAGES.get(module)
        if name is None and is_popular(canonicalize_name(module)):
            name = canonicalize_name(module)
        if name is None:
            unknown.append(module)
        else:
            known.append(name)
    return known, unknown
