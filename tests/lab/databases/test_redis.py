from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.databases.redis import RedisServer, find_redis
from crashworthy.lab.databases.resp import RespConnection, RespError


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    try:
        find_redis()
    except CrashworthyError as missing:
        pytest.skip(missing.message)
    running = RedisServer(tmp_path / "redis")
    running.start()
    try:
        yield running
    finally:
        running.stop()


def connect(server: RedisServer) -> RespConnection:
    return RespConnection(server.address.host, server.address.port)


def test_reset_brings_keys_of_all_databases_back(server: RedisServer) -> None:
    with connect(server) as redis:
        redis.call("SET", "plain", b"\x00\xff")
        redis.call("SELECT", "3")
        redis.call("RPUSH", "list", "a", "b")
        redis.call("SET", "brief", "x", "PX", "100000")
    server.remember()
    with connect(server) as redis:
        redis.call("SET", "plain", "changed")
        redis.call("SET", "new", "1")
        redis.call("SELECT", "3")
        redis.call("DEL", "list")
    server.reset()
    with connect(server) as redis:
        assert (redis.call("GET", "plain"), redis.call("GET", "new")) == (b"\x00\xff", None)
        redis.call("SELECT", "3")
        assert redis.call("LRANGE", "list", "0", "-1") == [b"a", b"b"]
        assert 0 < redis.call("PTTL", "brief") <= 100000


def test_reset_without_a_snapshot_empties_and_cuts_connections(server: RedisServer) -> None:
    with connect(server) as redis:
        redis.call("SET", "key", "value")
        server.reset()
        with pytest.raises((OSError, RespError)):
            redis.call("PING")
    with connect(server) as redis:
        assert redis.call("DBSIZE") == 0


def test_stop_frees_the_port(server: RedisServer) -> None:
    server.stop()
    with socket.create_server((server.address.host, server.address.port)):
        pass
