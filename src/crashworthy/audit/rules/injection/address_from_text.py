"""The service calls an address that the request names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.allowed_hosts import refuses_other_hosts
from crashworthy.audit.reaches import is_text
from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.events import Passed
from crashworthy.source.tree import SourceFile
from crashworthy.weaknesses.injection_formats import REQUEST_FORGERY

_APP = """
import requests
from flask import Flask, abort, request

app = Flask(__name__)
"""
_URL_ARGUMENTS = (0, 1, "url")


class AddressFromText(Rule):
    """An outbound call whose URL is text of the request, from its beginning on.

    Whoever chooses the URL reaches what only the service can reach: its own machine, its network, a cloud's metadata.
    Left alone: URLs that begin with a host of the service's own, functions that look at the resolved address or
    refuse hosts that are on no list.
    """

    id = "address-from-text"
    weakness = REQUEST_FORGERY
    firing = (
        Sample("a preview of any page", {"app.py": _APP + """
@app.post("/previews")
def preview():
    return {"title": requests.get(request.get_json()["url"], timeout=5).text[:80]}
"""}),
        Sample("any host", {"app.py": _APP + """
@app.get("/status/<host>")
def status(host):
    return {"code": requests.get(f"http://{host}/health", timeout=5).status_code}
"""}),
        Sample("a list of what is refused, which has other spellings", {"app.py": _APP + """
from urllib.parse import urlparse

@app.post("/previews")
def preview():
    url = request.get_json()["url"]
    if urlparse(url).hostname in ("localhost", "127.0.0.1"):
        abort(400)
    return {"title": requests.get(url, timeout=5).text[:80]}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a host of its own", {"app.py": _APP + """
@app.get("/rates/<currency>")
def rates(currency):
    return requests.get(f"https://rates.example.com/{currency}", timeout=5).json()
"""}),
        Sample("asks where it leads", {"app.py": _APP + """
import ipaddress
import socket
from urllib.parse import urlsplit

@app.post("/previews")
def preview():
    url = request.get_json()["url"]
    address = socket.gethostbyname(urlsplit(url).hostname)
    if not ipaddress.ip_address(address).is_global:
        abort(400)
    return {"title": requests.get(url, timeout=5, allow_redirects=False).text[:80]}
"""}),
        Sample("a list of hosts", {"app.py": _APP + """
from urllib.parse import urlsplit

HOSTS = {"img.example.com", "cdn.example.com"}

@app.post("/previews")
def preview():
    url = request.get_json()["url"]
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname not in HOSTS:
        abort(400)
    return {"title": requests.get(url, timeout=5, allow_redirects=False).text[:80]}
"""}),
        Sample("a function that knows the hosts", {"app.py": _APP + """
from urllib.parse import urlparse

def is_ours(url):
    host = urlparse(url).hostname
    return host in {"img.example.com"}

@app.post("/previews")
def preview():
    url = request.get_json()["url"]
    if is_ours(url):
        return {"title": requests.get(url, timeout=5, allow_redirects=False).text[:80]}
    abort(400)
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Outbound calls without a known host, in modules that do not look at addresses."""
        outbound = {id(one.call): one for one in context.analysis.outbound}
        for run in context.runs:
            for event in run.events:
                if not isinstance(event, Passed) or "ipaddress" in event.scope.file.text:
                    continue
                call = outbound.get(id(event.node))
                if call is None or any(_has_host(site.url) for site in call.sites):
                    continue
                if refuses_other_hosts(event.scope.node, event.node, _functions(event.scope.file)):
                    continue
                if any(is_text(event.free[name]) for name in _URL_ARGUMENTS if name in event.free):
                    message = f"text of the request is the address of a call through {call.library.name}"
                    yield Hit(event.node, event.scope, message, operations_of(run))


def _functions(file: SourceFile) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    return {node.name: node for node in file.tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def _has_host(url: str | None) -> bool:
    """Whether the known beginning of a URL goes beyond its host."""
    return url is not None and "/" in url.partition("://")[2]
