"""The player against a raw socket server that can answer anything."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from crashworthy.core.scenario import Save, Step, ValueFrom
from crashworthy.core.value import Json
from crashworthy.lab.traffic.encode import prepare
from crashworthy.lab.traffic.player import Player
from crashworthy.lab.traffic.wire import KEPT_BYTES

Handler = Callable[[socket.socket, bytes], None]


class RawServer:
    """Reads one request per connection, keeps its bytes, and lets `handler` write whatever it likes."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.requests: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.stopping = threading.Event()

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection:
            try:
                data = b""
                while b"\r\n\r\n" not in data:
                    data += connection.recv(65536)
                head, _, body = data.partition(b"\r\n\r\n")
                length = next(
                    (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-l")),
                    0,
                )
                while len(body) < length:
                    body += connection.recv(65536)
                self.requests.append(head + b"\r\n\r\n" + body)
                self.handler(connection, self.requests[-1])
            except OSError:
                pass


@contextmanager
def raw_server(handler: Handler) -> Iterator[RawServer]:
    server = RawServer(handler)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        thread.join(5)


def answering(head: str, body: bytes = b"") -> Handler:
    def handle(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)

    return handle


def json_answer(value: object, headers: str = "") -> Handler:
    body = json.dumps(value).encode()
    return answering(f"HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: {len(body)}{headers}", body)


def step(**fields: object) -> Step:
    return Step.model_validate({"operation": "GET /x", "method": "GET", "path": "/x", **fields})


def test_templates_are_filled_in_path_query_header_and_body() -> None:
    with raw_server(json_answer({"id": 7, "owner": {"name": "a b/c"}})) as server:
        first = step(saves=(Save(name="id", path="/id"), Save(name="owner", path="/owner/name")))
        second = step(
            operation="POST /x/{id}",
            method="POST",
            path="/x/${owner}/y",
            query=(("q", "${owner}&"),),
            headers=(("X-Id", "n${id}"),),
            content_type="application/json",
            body={"id": "${id}", "text": "id ${id}", "literal": "$${id}"},
        )
        played = Player(server.url).play([first, second])
    assert played.done
    assert played.variables["id"] == 7
    head, _, body = server.requests[1].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /x/a%20b%2Fc/y?q=a+b%2Fc%26 HTTP/1.1\r\n")
    assert b"\r\nX-Id: n7\r\n" in head
    assert json.loads(body) == {"id": 7, "text": "id 7", "literal": "${id}"}


def test_unique_stays_within_a_trial_and_differs_between_plays() -> None:
    with raw_server(json_answer({})) as server:
        player = Player(server.url)
        one = player.play([step(query=(("u", "${unique}"),))])
        player.play([step(query=(("u", "${unique}"),))], "observe", one.variables)
        player.play([step(query=(("u", "${unique}"),))])
    sent = [request.split(b" ")[1] for request in server.requests]
    assert sent[0] == sent[1] != sent[2]


def test_a_missing_value_is_an_unsent_exchange() -> None:
    with raw_server(json_answer({})) as server:
        played = Player(server.url).play([step(path="/x/${nothing}")])
    assert played.exchanges[0].error == "not sent: no value for ${nothing}"
    assert server.requests == []


def test_a_line_break_in_a_header_is_not_sent() -> None:
    with raw_server(json_answer({})) as server:
        played = Player(server.url).play([step(headers=(("X-A", "1\r\nX-B: 2"),))])
    assert played.exchanges[0].error is not None
    assert server.requests == []


def test_raw_body_is_exact() -> None:
    with raw_server(json_answer({})) as server:
        played = Player(server.url).play(
            [step(method="POST", raw_body="/wD+", content_type="application/json", body={"not": "sent"})]
        )
    assert server.requests[0].endswith(b"\r\n\r\n\xff\x00\xfe")
    assert played.exchanges[0].request.binary
    assert played.exchanges[0].request.body == "/wD+"


def test_form_and_multipart_bodies() -> None:
    file = {"filename": "a.txt", "content": "hello", "content_type": "text/plain"}
    with raw_server(json_answer({})) as server:
        Player(server.url).play(
            [
                step(
                    method="POST", content_type="application/x-www-form-urlencoded", body={"a": "1 2", "b": [1, True]}
                ),
                step(method="POST", content_type="multipart/form-data", body={"a": "ü", "f": file}),
            ]
        )
    assert server.requests[0].endswith(b"\r\n\r\na=1+2&b=1&b=true")
    assert b'name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n' in server.requests[1]
    assert 'name="a"\r\n\r\nü\r\n'.encode() in server.requests[1]


def test_cookies_belong_to_actors_and_nobody_has_none() -> None:
    with raw_server(json_answer({}, "\nSet-Cookie: sid=s1; Path=/; HttpOnly\nSet-Cookie: old=; Max-Age=0")) as server:
        player = Player(server.url)
        played = player.play([step(saves=(Save(name="sid", where=ValueFrom.COOKIE, path="sid"),))])
        player.play([step(), step(actor="B"), step(actor="nobody"), step(actor="nobody")])
    assert played.variables["sid"] == "s1"
    assert [b"Cookie: sid=s1" in request for request in server.requests] == [False, True, False, False, False]


def test_values_are_saved_from_headers_and_html_forms() -> None:
    page = b'<form><input type="hidden" name="csrf_token" value="t0k"></form>'
    head = f"HTTP/1.1 201 Created\nLocation: /things/42\nContent-Length: {len(page)}"
    saves = (
        Save(name="thing", where=ValueFrom.HEADER, path="location", pattern=r"([^/]+)$"),
        Save(name="token", path="/csrf_token"),
        Save(name="absent", path="/absent"),
    )
    with raw_server(answering(head, page)) as server:
        played = Player(server.url).play([step(saves=saves)])
    assert (played.variables["thing"], played.variables["token"]) == ("42", "t0k")
    assert "absent" not in played.variables


def test_the_sensor_header_carries_id_and_plan_only_when_asked() -> None:
    with raw_server(json_answer({})) as server:
        played = Player(server.url, sensor=True).play([step()], plan={"coverage": True})
        Player(server.url).play([step()], plan={"coverage": True})
    line = next(line for line in server.requests[0].split(b"\r\n") if line.startswith(b"X-Crashworthy: "))
    assert json.loads(line.partition(b": ")[2]) == {"id": played.exchanges[0].id, "coverage": True}
    assert b"X-Crashworthy" not in server.requests[1]
    assert not any(name == "X-Crashworthy" for name, _ in played.exchanges[0].request.headers)


def test_requests_together_overlap_and_keep_their_order() -> None:
    meeting = threading.Barrier(4)

    def handle(connection: socket.socket, request: bytes) -> None:
        meeting.wait(10)
        json_answer({"path": request.split(b" ")[1].decode()})(connection, request)

    with raw_server(handle) as server:
        exchanges = Player(server.url, sensor=True).play_together(
            [step(path=f"/{n}") for n in range(4)], plan=[{"n": n} for n in range(4)]
        )
    assert [json.loads(e.response.body)["path"] for e in exchanges if e.response] == ["/0", "/1", "/2", "/3"]
    assert len({e.id for e in exchanges}) == 4


def test_requests_that_are_written_in_a_standstill_are_all_there_at_its_end() -> None:
    told: list[str] = []
    written = threading.Event()

    @contextmanager
    def standstill() -> Iterator[None]:
        told.append("stopped")
        yield
        written.set()
        told.append("went on")

    def handle(connection: socket.socket, request: bytes) -> None:
        assert written.wait(10)
        told.append("answered")
        json_answer({})(connection, request)

    with raw_server(handle) as server:
        exchanges = Player(server.url).play_together([step()] * 8, while_writing=standstill())
    assert all(exchange.ok for exchange in exchanges)
    assert sorted(told) == ["answered"] * 8 + ["stopped", "went on"]


def drip(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.02)


def drip_head(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        (drip, "timed out in the middle of the answer"),
        (drip_head, "timed out"),
        (lambda c, r: None, "connection closed without an answer"),
        (lambda c, r: c.sendall(b"\x00\xff\xfegarbage\r\n\r\n"), "answer is not HTTP"),
        (lambda c, r: c.sendall(b"HTTP/1.1 abc OK\r\n\r\n"), "answer is not HTTP"),
        (lambda c, r: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), "answer cut short"),
        (lambda c, r: c.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), "answer cut short"),
        (lambda c, r: c.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "answer cut short"),
        (lambda c, r: c.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"), "answer is not HTTP"),
        (lambda c, r: c.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n"), "answer is not HTTP"),
    ],
)
def test_hostile_answers_are_errors(handler: Handler, error: str) -> None:
    with raw_server(handler) as server:
        exchange = Player(server.url, timeout_s=0.4).play([step()]).exchanges[0]
    assert exchange.response is None
    assert exchange.error is not None
    assert error in exchange.error


def test_an_endless_answer_is_cut() -> None:
    def endless(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with raw_server(endless) as server:
        exchange = Player(server.url, timeout_s=30).play([step()]).exchanges[0]
    assert exchange.response is not None
    assert exchange.response.truncated
    assert len(exchange.response.body) == KEPT_BYTES


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=no-such", "; charset=idna", "; charset=utf-16"])
def test_bodies_that_are_no_text_are_still_text(charset: str) -> None:
    head = f"HTTP/1.1 200 OK\nContent-Type: text/plain{charset}\nContent-Length: 4"
    with raw_server(answering(head, b"\xff\xfea\xed")) as server:
        exchange = Player(server.url).play([step()]).exchanges[0]
    assert exchange.response is not None
    exchange.model_dump_json()


def test_lone_surrogates_are_sent_and_recorded() -> None:
    with raw_server(json_answer({})) as server:
        played = Player(server.url).play(
            [
                step(
                    method="POST",
                    path="/\ud800",
                    query=(("q", "\ud800"),),
                    headers=(("X", "\ud800"),),
                    body={"a": "\ud800"},
                )
            ]
        )
    assert b"/%ED%A0%80?q=%ED%A0%80 " in server.requests[0]
    assert server.requests[0].endswith(b'{"a": "\\ud800"}')
    played.exchanges[0].model_dump_json()


def test_no_server_is_an_error() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    exchange = Player(f"http://127.0.0.1:{port}").play([step()]).exchanges[0]
    assert exchange.error is not None
    assert exchange.error.startswith("cannot connect")


def test_redirects_are_recorded_not_followed() -> None:
    with raw_server(answering("HTTP/1.1 302 Found\nLocation: /elsewhere\nContent-Length: 0")) as server:
        exchange = Player(server.url).play([step()]).exchanges[0]
    assert exchange.response is not None
    assert exchange.response.status == 302
    assert len(server.requests) == 1


def test_a_long_body_is_written_in_pieces() -> None:
    long: Json = {"start": '{"padding": [', "unit": "{},", "times": 100_001, "end": "{}]}"}
    step = Step(
        operation="POST /", method="POST", path="/", actor="A", raw_body="${long}", content_type="application/json"
    )
    prepared = prepare(step, {"long": long}, "http://127.0.0.1:1")
    assert prepared.more is not None
    pieces = list(prepared.more.pieces())
    assert b"".join(pieces) == b'{"padding": [' + b"{}," * 100_001 + b"{}]}"
    assert len(pieces) > 4
    assert ("Content-Length", str(len(b"".join(pieces)))) in prepared.request.headers
    assert prepared.request.body is None
