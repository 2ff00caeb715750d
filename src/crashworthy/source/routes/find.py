"""All routes of a folder, whatever the framework."""

from __future__ import annotations

from crashworthy.source.files import is_beside_the_service
from crashworthy.source.index import Index
from crashworthy.source.routes.aiohttp import AiohttpRoutes
from crashworthy.source.routes.django import DjangoRoutes
from crashworthy.source.routes.fastapi import FastApiRoutes
from crashworthy.source.routes.flask import FlaskRoutes
from crashworthy.source.routes.plain import PlainRoutes
from crashworthy.source.routes.route import Route
from crashworthy.source.routes.starlette import LitestarRoutes, StarletteRoutes


def find_routes(index: Index, paths: frozenset[str]) -> tuple[Route, ...]:
    """Routes in the files at `paths`, each method and path once, in the order of path and method.

    Tests and examples serve nobody, wherever they are imported from.
    """
    django = DjangoRoutes(index)
    found = list(django.find())
    found += FastApiRoutes(index, django.ninja).find()
    found += FlaskRoutes(index).find()
    found += StarletteRoutes(index).find()
    found += LitestarRoutes(index).find()
    found += AiohttpRoutes(index).find()
    found += PlainRoutes(index).find()
    unique: dict[tuple[str, str], Route] = {}
    for route in found:
        if is_beside_the_service(route.location.file) or route.location.file not in paths:
            continue
        key = (route.path, route.method)
        if key not in unique or (unique[key].handler is None and route.handler is not None):
            unique[key] = route
    return tuple(unique[key] for key in sorted(unique))
