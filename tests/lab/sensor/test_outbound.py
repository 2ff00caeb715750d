from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from crashworthy.lab.standin.server import StandIns


@dataclass
class Standin:
    """Accepts connections, answers each with a few bytes, and remembers which addresses were dialled."""

    port: int
    dialled: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@pytest.fixture
def standin() -> Iterator[Standin]:
    listener = socket.create_server(("0.0.0.0", 0))
    running = Standin(listener.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                running.dialled.append(connection.getsockname()[0])
                connection.settimeout(5)
                connection.recv(4096)
                connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi")

    thread = threading.Thread(target=serve)
    thread.start()
    yield running
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def slot_address(slot: object) -> str:
    assert isinstance(slot, int)
    return f"127.77.{slot >> 8}.{slot & 255}"


CLIENTS = {
    "urllib": 'print(urllib.request.urlopen("http://api.example.com/x", timeout=3).read())',
    "httpx": 'print(httpx.get("http://api.example.com/x", timeout=3).content)',
    "socket by name": """
    s = socket.socket()
    s.settimeout(3)
    s.connect(("api.example.com", 80))
    s.sendall(b"x")
    print(s.recv(99)[-2:])
    s.close()""",
    "asyncio": """
    async def main():
        reader, writer = await asyncio.open_connection("api.example.com", 80)
        writer.write(b"x")
        print((await reader.read())[-2:])
        writer.close()
    asyncio.run(main())""",
    "httpx async": """
    async def main():
        async with httpx.AsyncClient() as client:
            print((await client.get("http://api.example.com/x")).content)
    asyncio.run(main())""",
    "resolved first": """
    address = socket.getaddrinfo("API.example.com", 80, type=socket.SOCK_STREAM)[0][4]
    assert socket.gethostbyname("api.example.com.") == address[0]
    s = socket.create_connection(address, timeout=3)
    s.sendall(b"x")
    print(s.recv(99)[-2:])
    s.close()""",
}


@pytest.mark.parametrize("client", CLIENTS)
def test_every_client_reaches_the_stand_in_under_the_host_s_slot(sense, standin: Standin, client: str) -> None:
    sensed = sense(
        f"    import asyncio, httpx, socket, urllib.request\n    {CLIENTS[client]}\n", standin=standin.address
    )
    assert sensed.output.strip() == "b'hi'"
    (named,), (call,) = sensed.of("outbound-map"), sensed.of("outbound")
    assert (named.data["host"], named.data["port"]) == ("api.example.com", 80)
    assert standin.dialled == [slot_address(named.data["slot"])]
    assert (call.data["host"], call.data["port"]) == ("api.example.com", 80)
    if client != "httpx async":  # connects in a task of a library, and no request is there to remember who asked
        assert call.location is not None
        assert call.location.file == "app.py"
    if call.data["blocking"]:
        assert call.data["timeout"] == 3.0


def test_no_timeout_is_told_apart_from_one_that_is_not_known(sense, standin: Standin) -> None:
    sensed = sense(
        """
        import asyncio, socket, urllib.request
        urllib.request.urlopen("http://one.example.com/").read()
        async def main():
            reader, writer = await asyncio.open_connection("two.example.com", 80)
            writer.close()
        asyncio.run(main())
        """,
        standin=standin.address,
    )
    one, two = sensed.of("outbound")
    assert (one.data["timeout"], one.data["blocking"]) == (None, True)
    assert (two.data["timeout"], two.data["blocking"]) == (None, False)


def test_addresses_of_the_machine_and_literals_go_to_the_stand_in_too(sense, standin: Standin) -> None:
    sensed = sense(
        """
        import socket
        for address in (("127.0.0.1", 5432), ("localhost", 6379), ("192.0.2.7", 443), ("::1", 5432)):
            try:
                socket.create_connection(address, timeout=3).close()
            except OSError as error:
                print(address, error)
        """,
        standin=standin.address,
    )
    assert not sensed.output
    hosts = [(event.data["host"], event.data["port"]) for event in sensed.of("outbound")]
    assert hosts == [("127.0.0.1", 5432), ("127.0.0.1", 6379), ("192.0.2.7", 443), ("127.0.0.1", 5432)]


def test_allowed_redirected_and_own_addresses_are_reached(sense, standin: Standin) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        allowed, database = one.getsockname()[1], other.getsockname()[1]
        sensed = sense(
            f"""
            import socket
            own = socket.create_server(("127.0.0.1", 0))
            for address in (
                ("localhost", {allowed}),
                ("db.example.com", 5432),
                ("anything.example.com", 6379),
                own.getsockname(),
            ):
                with socket.create_connection(address, timeout=3) as connection:
                    print(connection.getpeername()[1])
            print(own.getsockname()[1])
            """,
            standin=standin.address,
            allow=(f"127.0.0.1:{allowed}",),
            redirect={
                "db.example.com:5432": f"127.0.0.1:{database}",
                "*:6379": f"127.0.0.1:{database}",
            },
        )
    first, second, third, fourth, own = (int(line) for line in sensed.output.split())
    assert (first, second, third) == (allowed, database, database)
    assert fourth == own
    assert not sensed.of("outbound")
    assert not standin.dialled


def test_an_address_the_stand_in_gave_out_is_told_and_passes(sense, standin: Standin) -> None:
    sensed = sense(
        f"""
        import urllib.request
        print(urllib.request.urlopen("http://127.77.1.2:{standin.port}/", timeout=3).read())
        """,
        standin=standin.address,
    )
    assert standin.dialled == ["127.77.1.2"]
    assert [event.data["host"] for event in sensed.of("outbound")] == ["127.77.1.2"]
    assert not sensed.of("outbound-map")


def test_a_database_socket_of_the_machine_is_not_there(sense, run_folder) -> None:
    sensed = sense("""
        import os, socket, tempfile
        own = os.path.join(os.getcwd(), "..", ".s.PGSQL.5432")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(own)
        listener.listen()
        for path in ("/var/run/postgresql/.s.PGSQL.5432", "/run/mysqld/mysqld.sock", own):
            try:
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect(path)
                print("reached")
            except FileNotFoundError:
                print("refused")
    """)
    assert sensed.output.split() == ["refused", "refused", "reached"]


def test_without_a_stand_in_connections_are_left_alone(sense) -> None:
    sensed = sense(
        """
        import socket
        server = socket.create_server(("127.0.0.1", 0))
        socket.create_connection(server.getsockname()).close()
        """,
        standin=None,
    )
    assert not sensed.of("outbound", "outbound-map")


def test_datagrams_do_not_leave(sense, standin: Standin) -> None:
    sensed = sense(
        """
        import socket
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.sendto(b"metric", ("192.0.2.9", 8125))
        s.sendto(b"metric", 0, ("192.0.2.9", 8125))
        """,
        standin=standin.address,
    )
    assert [event.data["host"] for event in sensed.of("outbound")] == ["192.0.2.9", "192.0.2.9"]


def test_libpq_is_told_the_own_instance(sense) -> None:
    sensed = sense(
        """
        from psycopg import AsyncConnection, Connection
        import asyncio
        async def main(dsn):
            return await AsyncConnection._get_connection_params(dsn)
        for dsn in ("postgresql://u@db.example.com/shop", "host=other.example.com port=5432", "dbname=shop"):
            for parameters in (Connection._get_connection_params(dsn), asyncio.run(main(dsn))):
                print(parameters["host"], parameters["port"])
        """,
        redirect={"*:5432": "127.0.0.1:40123"},
    )
    assert sensed.output.splitlines() == ["127.0.0.1 40123"] * 6


def test_a_tls_client_accepts_the_stand_in_and_keeps_its_own_settings(sense) -> None:
    sensed = sense("""
        import ssl, socket
        context = ssl.create_default_context()
        left, right = socket.socketpair()
        wrapped = context.wrap_socket(left, server_hostname="api.example.com", do_handshake_on_connect=False)
        buffers = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), False, "api.example.com")
        print(context.verify_mode.name, context.check_hostname)
    """)
    assert sensed.output.split() == ["CERT_REQUIRED", "True"]


HTTPS = {
    "urllib": 'print(urllib.request.urlopen("https://api.example.com/x").status)',
    "httpx": 'print(httpx.get("https://api.example.com/x").status_code)',
    "httpx async": """
    async def main():
        async with httpx.AsyncClient() as client:
            print((await client.get("https://api.example.com/x")).status_code)
    asyncio.run(main())""",
    "aiohttp": """
    async def main():
        async with aiohttp.ClientSession() as session, session.get("https://api.example.com/x") as response:
            print(response.status)
    asyncio.run(main())""",
}


@pytest.mark.parametrize("client", HTTPS)
def test_https_reaches_the_stand_ins_whose_certificate_nobody_trusts(sense, client: str) -> None:
    with StandIns() as stand_ins:
        sensed = sense(
            f"    import aiohttp, asyncio, httpx, urllib.request\n    {HTTPS[client]}\n",
            standin=f"127.0.0.1:{stand_ins.port}",
            listening=lambda receiver: stand_ins.ask_for_names(receiver.resolve_slot),
        )
        calls = stand_ins.calls()
    assert sensed.output.strip() == "200"
    assert [(call.host, call.method, call.path) for call in calls] == [("api.example.com", "GET", "/x")]
    assert [event.data["port"] for event in sensed.of("outbound")] == [443]
