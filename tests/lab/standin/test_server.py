from __future__ import annotations

import concurrent.futures
import json
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from crashworthy.core.scenario import DependencyFault
from crashworthy.lab.standin.names import slot_address
from crashworthy.lab.standin.server import StandIns


@pytest.fixture
def standins() -> Iterator[StandIns]:
    with StandIns(seed=7) as running:
        yield running


def get(url: str, **options: object) -> httpx.Response:
    return httpx.get(url, trust_env=False, **options)  # type: ignore[arg-type]


def test_a_replaced_url_answers_and_keeps_path_and_query(standins: StandIns) -> None:
    url = standins.url_for("https://api.payments.example.com/v1?mode=test", "PAYMENTS_URL", sensed=False)
    response = httpx.post(url, json={"amount": 12.5, "currency": "EUR"}, trust_env=False)
    assert response.status_code == 200
    assert response.json()["amount"] == 12.5
    (call,) = standins.calls()
    assert (call.host, call.method, call.path) == ("api.payments.example.com", "POST", "/v1?mode=test")
    assert json.loads(call.body) == {"amount": 12.5, "currency": "EUR"}
    assert standins.hosts() == ("api.payments.example.com",)


def test_an_absolute_path_stays_with_its_dependency(standins: StandIns) -> None:
    url = standins.url_for("http://localhost:9000/base", "TAX_URL", sensed=False)
    assert get(str(httpx.URL(url).join("/other"))).status_code == 200
    assert [(call.host, call.path) for call in standins.calls()] == [("localhost:9000", "/other")]


def test_a_slot_named_by_the_sensor_tells_the_host(standins: StandIns) -> None:
    standins.name_slot(0x0102, "rates.example.org", 80)
    get(f"http://{slot_address(0x0102)}:{standins.port}/latest")
    assert standins.calls()[0].host == "rates.example.org"


def test_a_name_given_out_for_the_sensor_is_the_same_dependency(standins: StandIns) -> None:
    url = httpx.URL(standins.url_for("http://localhost:9000/v1", "PAYMENT_URL"))
    assert str(url) == "http://payment-url.invalid/v1"
    standins.name_slot(12, url.host, 80)
    with standins.faults([DependencyFault(host=url.host, kind="status", status=503)]):
        assert get(f"http://{slot_address(12)}:{standins.port}/v1").status_code == 503
    assert standins.calls()[0].host == "localhost:9000"
    assert standins.url_for("https://api.example.com/x?y=1", "API_URL") == "http://api.example.com.invalid/x?y=1"


def test_a_mail_server_given_out_by_host_and_port_takes_mail(standins: StandIns) -> None:
    assert standins.host_for("mail.example.com", 587, "SMTP_HOST") == ("mail.example.com.invalid", 587)
    host, port = standins.host_for("mail.example.com", 587, "SMTP_HOST", sensed=False)
    with smtplib.SMTP(host, port, timeout=5) as client:
        client.sendmail("a@example.com", ["b@example.com"], "Subject: hello\r\n\r\nbody")
    assert standins.calls()[0].method == "MAIL"


def test_a_slot_named_after_the_connection_tells_the_host(standins: StandIns) -> None:
    threading.Timer(0.1, standins.name_slot, (77, "late.example.org", 80)).start()
    get(f"http://{slot_address(77)}:{standins.port}/")
    assert standins.calls()[0].host == "late.example.org"


def test_whoever_knows_the_slots_is_asked_for_a_name(standins: StandIns) -> None:
    standins.ask_for_names(lambda slot, _seconds: ("known.example.org", 443) if slot == 8 else None)
    for slot in (8, 8, 9):
        get(f"http://{slot_address(slot)}:{standins.port}/", headers={"Host": "header.example.org"})
    assert [call.host for call in standins.calls()] == ["known.example.org"] * 2 + ["header.example.org"]


def test_a_slot_for_an_address_given_out_here_is_the_same_dependency(standins: StandIns) -> None:
    url = httpx.URL(standins.url_for(None, "PAYMENT_URL", sensed=False))
    standins.name_slot(9, url.host, standins.port)
    get(f"http://{slot_address(9)}:{standins.port}/pay")
    assert standins.calls()[0].host == "PAYMENT_URL"


def test_tls_on_the_same_port_with_a_certificate_for_the_asked_name(standins: StandIns) -> None:
    standins.name_slot(5, "api.example.com", 443)
    context = ssl.create_default_context(cadata=standins._authority.pem.decode())
    with (
        socket.create_connection((slot_address(5), standins.port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="api.example.com") as secure,
    ):
        secure.sendall(b"GET /secret HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n")
        assert secure.recv(4096).startswith(b"HTTP/1.1 200")
    assert standins.calls()[0].host == "api.example.com"


def test_connections_are_kept_alive(standins: StandIns) -> None:
    with httpx.Client(trust_env=False) as client:
        for number in range(3):
            assert (
                client.get(standins.url_for("http://a.example.com", "A", sensed=False) + f"/{number}").status_code
                == 200
            )
    assert [call.path for call in standins.calls()] == ["/0", "/1", "/2"]


def test_hang_holds_until_the_fault_is_undone(standins: StandIns) -> None:
    url = standins.url_for("http://slow.example.com", "SLOW", sensed=False)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        with standins.faults([DependencyFault(kind="hang")]):
            held = pool.submit(get, url, timeout=30)
            while not standins.calls():
                time.sleep(0.005)
            assert not held.done()
        with pytest.raises(httpx.TransportError):
            held.result(timeout=10)
    assert get(url).status_code == 200


def test_faults_hit_only_the_dependency_that_they_name(standins: StandIns) -> None:
    bad = standins.url_for("http://localhost:9000", "BAD", sensed=False)
    good = standins.url_for("http://localhost:9001", "GOOD", sensed=False)
    with standins.faults([DependencyFault(host="localhost:9000", kind="status", status=503)]):
        assert get(bad).status_code == 503
        assert get(good).status_code == 200
    assert [call.fault for call in standins.calls()] == ["status", "normal"]


def test_garbage_is_no_json(standins: StandIns) -> None:
    url = standins.url_for("http://a.example.com", "A", sensed=False)
    with standins.faults([DependencyFault(kind="garbage")]), pytest.raises(UnicodeDecodeError):
        get(url).json()


def test_refuse_resets_and_counts_the_attempt(standins: StandIns) -> None:
    url = standins.url_for("http://a.example.com", "A", sensed=False)
    with standins.faults([DependencyFault(kind="refuse")]), pytest.raises(httpx.TransportError):
        get(url)
    assert [(call.host, call.method) for call in standins.calls()] == [("a.example.com", "CONNECT")]


def test_slow_answers_after_its_time(standins: StandIns) -> None:
    url = standins.url_for("http://a.example.com", "A", sensed=False)
    with standins.faults([DependencyFault(kind="slow", seconds=0.2)]):
        began = time.monotonic()
        assert get(url).status_code == 200
        assert time.monotonic() - began >= 0.2


def test_drip_sends_byte_by_byte_so_that_no_read_times_out(standins: StandIns) -> None:
    url = standins.url_for("http://a.example.com", "A", sensed=False)
    with standins.faults([DependencyFault(kind="drip", seconds=0.002)]):
        pieces = []
        with httpx.stream("GET", url, trust_env=False) as response:
            pieces.extend(response.iter_raw())
    assert all(len(piece) < 20 for piece in pieces)
    assert json.loads(b"".join(pieces))["status"] == "succeeded"


def test_an_unknown_fault_is_an_error(standins: StandIns) -> None:
    with pytest.raises(ValueError, match="unknown kind"), standins.faults([DependencyFault(kind="explode")]):
        pass


def test_hundreds_of_held_connections_leave_room_for_others(standins: StandIns) -> None:
    standins.name_slot(1, "held.example.com", 80)
    standins.name_slot(2, "free.example.com", 80)
    held: list[socket.socket] = []
    try:
        with standins.faults([DependencyFault(host="held.example.com", kind="hang")]):
            for _ in range(300):
                client = socket.create_connection((slot_address(1), standins.port))
                client.sendall(b"GET / HTTP/1.1\r\nHost: held.example.com\r\n\r\n")
                held.append(client)
            assert get(f"http://{slot_address(2)}:{standins.port}/").status_code == 200
    finally:
        for client in held:
            client.close()


@pytest.mark.parametrize("starttls", [False, True])
def test_mail_is_taken_and_delivered_nowhere(standins: StandIns, starttls: bool) -> None:
    standins.name_slot(3, "smtp.example.com", 587)
    with smtplib.SMTP(slot_address(3), standins.port, timeout=5) as client:
        if starttls:
            client.starttls()
        client.login("user", "password")
        client.sendmail("a@example.com", ["b@example.com"], "Subject: hello\r\n\r\nbody")
    (call,) = standins.calls()
    assert (call.host, call.method, call.path) == ("smtp.example.com:587", "MAIL", "b@example.com")
    assert b"Subject: hello" in call.body


def test_another_protocol_is_counted_and_ends(standins: StandIns) -> None:
    standins.name_slot(4, "mongo.example.com", 27017)
    with socket.create_connection((slot_address(4), standins.port), timeout=5) as client:
        client.sendall(b"\x00\x00\x00\x08 what is this\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            client.recv(100)
    assert [(call.host, call.method) for call in standins.calls()] == [("mongo.example.com:27017", "CONNECT")]


def test_stop_cuts_what_is_held_and_frees_the_port() -> None:
    standins = StandIns()
    standins.start()
    url, port = standins.url_for("http://a.example.com", "A", sensed=False), standins.port
    with standins.faults([DependencyFault(kind="hang")]), concurrent.futures.ThreadPoolExecutor() as pool:
        held = pool.submit(get, url, timeout=30)
        while not standins.calls():
            time.sleep(0.005)
        standins.stop()
        with pytest.raises(httpx.TransportError):
            held.result(timeout=10)
    with socket.create_server(("0.0.0.0", port)):
        pass
    standins.stop()
