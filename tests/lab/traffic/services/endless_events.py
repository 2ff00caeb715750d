"""An answer that never ends (Starlette)."""

from __future__ import annotations

import asyncio

from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route


def make() -> Starlette:
    """The application."""

    async def ticks():
        while True:
            yield "data: tick\n\n"
            await asyncio.sleep(0.2)

    async def feed(_request):
        return StreamingResponse(ticks(), media_type="text/event-stream")

    return Starlette(routes=[Route("/feed", feed)])
