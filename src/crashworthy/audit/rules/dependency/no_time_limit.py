"""A call to another system that may take for ever."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.dependency import HELD_BY_SLOW_DEPENDENCY

# Seconds that a library's own limit may have before it no longer helps: clients and proxies give up earlier.
_TOO_LONG_S = 60

_APP = """
import os
import httpx
import requests
from flask import Flask

app = Flask(__name__)
URL = os.environ.get("RATES_URL", "https://rates.example.com")
"""
_ASYNC = """
import aiohttp
import asyncio
import httpx
from fastapi import FastAPI

app = FastAPI()
"""


class NoTimeLimit(Rule):
    """An outbound call without a timeout, or with a library's own limit of a minute or more.

    While the other side does not answer, the request is held, and with it a thread, a connection, a slot of the pool.
    Left alone: calls and clients that are given a timeout, httpx (5 seconds of its own), calls within
    `asyncio.timeout` or `wait_for`, sessions with an adapter of the service's own.
    """

    id = "no-time-limit"
    weakness = HELD_BY_SLOW_DEPENDENCY
    firing = (
        Sample("requests without a timeout", {"app.py": _APP + """
@app.get("/rate")
def rate():
    return requests.get(URL).json()
"""}),
        Sample("a session in a module of its own", {
            "client.py": "import requests\nsession = requests.Session()\n\ndef fetch(path):\n"
            "    return session.get('https://api.example.com' + path)\n",
            "app.py": "from flask import Flask\nfrom client import fetch\napp = Flask(__name__)\n\n"
            "@app.get('/a')\ndef a():\n    return fetch('/a').json()\n",
        }),
        Sample("httpx told to wait for ever", {"app.py": _APP + """
client = httpx.Client(base_url=URL, timeout=None)

@app.get("/rate")
def rate():
    return client.get("/latest").json()
"""}),
        Sample("five minutes are aiohttp's own limit", {"main.py": _ASYNC + """
@app.get("/rate")
async def rate():
    async with aiohttp.ClientSession() as session:
        async with session.get("https://rates.example.com") as response:
            return await response.json()
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a timeout of the call", {"app.py": _APP + """
@app.get("/rate")
def rate():
    return requests.get(URL, timeout=(2, 5)).json()
"""}),
        Sample("a timeout of the client, and httpx's own", {"app.py": _APP + """
client = httpx.Client(base_url=URL, timeout=10.0)

@app.get("/rate")
def rate():
    httpx.get(URL)
    return client.get("/latest").json()
"""}),
        Sample("a limit around the call", {"main.py": _ASYNC + """
@app.get("/rate")
async def rate():
    async with aiohttp.ClientSession() as session, asyncio.timeout(3):
        response = await session.get("https://rates.example.com")
        return await response.json()

@app.get("/other")
async def other():
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        return await asyncio.wait_for(session.get("https://rates.example.com"), 3)
"""}),
        Sample("an adapter that sets a timeout", {"app.py": _APP + """
from requests.adapters import HTTPAdapter

class Patient(HTTPAdapter):
    def send(self, request, **options):
        options["timeout"] = options.get("timeout") or 5
        return super().send(request, **options)

session = requests.Session()
session.mount("https://", Patient())

@app.get("/rate")
def rate():
    return session.get(URL).json()
"""}),
        Sample("a dict's get is no request", {"app.py": _APP + """
rates = {"EUR": 1}

@app.get("/rate")
def rate():
    return {"rate": rates.get("EUR")}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Outbound calls that nothing bounds."""
        for outbound in context.analysis.outbound:
            own_limit = outbound.library.default_s
            if outbound.timeout == "none":
                yield Hit(outbound.call, outbound.scope, f"a call through {outbound.library.name} has no time limit")
            elif outbound.timeout == "default" and own_limit is not None and own_limit >= _TOO_LONG_S:
                message = f"a call through {outbound.library.name} may take {own_limit} s, its own limit"
                yield Hit(outbound.call, outbound.scope, message)
