"""Servers that are their own framework, really started: requests are attributed and routes told."""

from __future__ import annotations

import json

import httpx
import pytest

from crashworthy.lab.sensor.inject import injection
from crashworthy.lab.sensor.receiver import Receiver
from crashworthy.lab.service.plan import StartKind, StartPlan
from crashworthy.lab.testbed import Capability
from crashworthy.lab.traffic.running import ask

TORNADO = """
    import asyncio
    import tornado.web

    class Paste(tornado.web.RequestHandler):
        def get(self, slug):
            if slug == "boom":
                raise KeyError(slug)
            if slug == "missing":
                raise tornado.web.HTTPError(404)
            self.write(str(self.request.headers.get("X-Crashworthy")))

    async def main():
        tornado.web.Application([(r"/pastes/([a-z]+)", Paste)]).listen(8000)
        await asyncio.Event().wait()

    if __name__ == "__main__":
        asyncio.run(main())
"""
SANIC = """
    from sanic import Sanic, text
    from sanic.exceptions import NotFound

    app = Sanic("pastes")

    @app.get("/pastes/<slug:str>")
    async def paste(request, slug):
        if slug == "boom":
            raise KeyError(slug)
        if slug == "missing":
            raise NotFound()
        return text(str(request.headers.get("X-Crashworthy")))

    if __name__ == "__main__":
        app.run(port=8000, single_process=True, motd=False, access_log=False)
"""
STDLIB = """
    import re
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    def paste(handler, slug):
        if slug == "boom":
            raise KeyError(slug)
        return (404, "") if slug == "missing" else (200, str(handler.headers.get("X-Crashworthy")))

    ROUTES = [("GET", re.compile(r"^/pastes/([a-z]+)$"), paste)]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            for method, pattern, view in ROUTES:
                found = pattern.match(self.path)
                status, text = view(self, *found.groups()) if found else (404, "")
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

    if __name__ == "__main__":
        ThreadingHTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
"""


@pytest.mark.parametrize("source", [TORNADO, SANIC, STDLIB], ids=["tornado", "sanic", "http.server"])
def test_a_real_server_tells_its_routes(source, tmp_path, run_id, write_service, open_service) -> None:
    folder = write_service({"app.py": source})
    with Receiver(tmp_path / "s") as receiver:
        variables = injection(tmp_path, root=folder, socket=receiver.path, standin=None, run_id=run_id)
        start = StartPlan(StartKind.SCRIPT, ("app.py",))
        with open_service(folder, start, environment=variables, sensor=receiver) as testbed, testbed.fresh() as copy:
            assert Capability.REQUESTS in testbed.capabilities
            running = ask(copy)
            assert [(route.method, route.path, route.own) for route in running.routes] == [
                ("GET", "/pastes/{slug}", True)
            ]
            assert httpx.get(f"{copy.base_url}/pastes/one", headers=_mark("one")).text == "None"
            assert httpx.get(f"{copy.base_url}/pastes/missing", headers=_mark("missing")).status_code == 404
            try:
                httpx.get(f"{copy.base_url}/pastes/boom", headers=_mark("boom"))
            except httpx.RemoteProtocolError:
                assert source is STDLIB  # which closes the connection
            events = copy.drain(0.1)
    seen = {(event.exchange, event.kind) for event in events}
    assert {("one", "request-start"), ("one", "request-end"), ("missing", "request-end")} <= seen
    failures = [(event.exchange, event.data["type"]) for event in events if event.kind == "exception"]
    assert failures == [("boom", "KeyError")]
    assert not [event.data for event in events if event.kind == "sensor-error"]


def _mark(name: str) -> dict[str, str]:
    return {"X-Crashworthy": json.dumps({"id": name})}
