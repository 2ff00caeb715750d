"""Drivers other than sqlite3, alone and under SQLAlchemy: statements, places, and the barrier before the write."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.databases.needs import PostgresAccess
from crashworthy.lab.databases.postgresql import PostgresServer
from crashworthy.lab.databases.postgresql_binaries import find_postgresql
from crashworthy.lab.databases.redis import RedisServer, find_redis

# Two requests increment a counter at the same time, meeting before they write.
ATTACK = """
    import asyncio, json, os
    from concurrent.futures import ThreadPoolExecutor
    from crashworthy_sensor.context import current, parse_header
    from crashworthy_sensor.events import begin, end

    def plan(number):
        return json.dumps({"id": f"e{number}", "barrier": {"name": "b", "parties": 2, "timeout_ms": 5000}})

    async def request(number):
        exchange = parse_header(plan(number))
        current.set(exchange)
        begin(exchange, "POST", "/")
        await increment()
        end(exchange, 200)

    def request_in_thread(number):
        exchange = parse_header(plan(number))
        current.set(exchange)
        begin(exchange, "POST", "/")
        increment()
        end(exchange, 200)
        current.set(None)

    def attack():
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(request_in_thread, range(2)))

    async def attack_async():
        await asyncio.gather(*(asyncio.create_task(request(number)) for number in range(2)))

    URL = os.environ.get("URL", "")
    PLAIN = URL.replace("postgresql+psycopg", "postgresql").replace("postgresql+asyncpg", "postgresql")
"""
MODEL = """
    import sqlalchemy
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    class Base(DeclarativeBase):
        pass

    class Counter(Base):
        __tablename__ = "counter"
        id: Mapped[int] = mapped_column(primary_key=True)
        n: Mapped[int]
"""
ORM = f"""{ATTACK}{MODEL}
    engine = sqlalchemy.create_engine(URL)
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Counter(id=1, n=0))
        session.commit()

    def increment():
        with Session(engine) as session:
            counter = session.get(Counter, 1)
            counter.n += 1
            session.commit()

    attack()
    with Session(engine) as session:
        print(session.get(Counter, 1).n)
"""
ASYNC_ORM = f"""{ATTACK}{MODEL}
    engine = create_async_engine(URL)

    async def increment():
        async with AsyncSession(engine) as session:
            counter = await session.get(Counter, 1)
            counter.n += 1
            await session.commit()

    async def main():
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.drop_all)
            await connection.run_sync(Base.metadata.create_all)
        async with AsyncSession(engine) as session:
            session.add(Counter(id=1, n=0))
            await session.commit()
        await attack_async()
        async with AsyncSession(engine) as session:
            print((await session.get(Counter, 1)).n)
        await engine.dispose()

    asyncio.run(main())
"""


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    try:
        find_postgresql()
    except CrashworthyError as missing:
        pytest.skip(missing.message)
    server = PostgresServer(tmp_path_factory.mktemp("pg"))
    server.start()
    try:
        server.ensure([PostgresAccess("app", "shop")])
        yield f"{server.address.host}:{server.address.port}"
    finally:
        server.stop()


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    try:
        find_redis()
    except CrashworthyError as missing:
        pytest.skip(missing.message)
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    try:
        yield str(server.address)
    finally:
        server.stop()


def check(sensed, driver: str) -> None:
    """The update of one of both was lost, both met, and the write is placed where the service asked for it."""
    assert sensed.output.strip() == "1"
    assert [event.data["released"] for event in sensed.of("barrier")] == ["full", "full"]
    writes = [event for event in sensed.of("sql") if event.data["write"] and event.exchange]
    assert [event.data["driver"] for event in writes] == [driver] * 2
    assert all(re.match("UPDATE", str(event.data["statement"])) for event in writes)
    assert all(event.location is not None and event.location.symbol == "increment" for event in writes)
    assert {event.exchange for event in sensed.of("commit") if event.exchange} == {"e0", "e1"}


def test_sqlalchemy_on_sqlite(sense) -> None:
    check(sense(ORM, variables={"URL": "sqlite:///data.db"}), "sqlite3")


def test_sqlalchemy_on_aiosqlite(sense) -> None:
    check(sense(ASYNC_ORM, variables={"URL": "sqlite+aiosqlite:///data.db"}), "sqlite3")


def test_aiosqlite(sense) -> None:
    sensed = sense(f"""{ATTACK}
    import aiosqlite, sqlite3

    sqlite3.connect("data.db").executescript("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (0)")

    async def increment():
        async with aiosqlite.connect("data.db") as connection:
            async with connection.execute("SELECT n FROM t") as cursor:
                (n,) = await cursor.fetchone()
            await connection.execute("UPDATE t SET n = ?", (n + 1,))
            await connection.commit()

    asyncio.run(attack_async())
    print(sqlite3.connect("data.db").execute("SELECT n FROM t").fetchone()[0])
    """)
    check(sensed, "sqlite3")
    assert not sensed.of("thread-start"), "the driver's threads are not the service's"


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_sqlalchemy_on_postgresql(sense, postgresql: str, driver: str) -> None:
    url = f"postgresql+{driver}://app:x@{postgresql}/shop"
    check(sense(ORM, variables={"URL": url}, allow=(postgresql,)), driver)


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
def test_sqlalchemy_on_postgresql_async(sense, postgresql: str, driver: str) -> None:
    url = f"postgresql+{driver}://app:x@{postgresql}/shop"
    check(sense(ASYNC_ORM, variables={"URL": url}, allow=(postgresql,)), driver)


@pytest.mark.parametrize(("driver", "orm"), [("asyncpg", ASYNC_ORM), ("psycopg", ORM), ("psycopg2", ORM)])
def test_a_redirected_url_reaches_the_own_instance(sense, postgresql: str, driver: str, orm: str) -> None:
    url = f"postgresql+{driver}://app:x@db.production.example.com/shop"
    check(sense(orm, variables={"URL": url}, redirect={"*:5432": postgresql}), driver)


PREPARE = """
    async def prepare():
        connection = await asyncpg.connect(PLAIN)
        await connection.execute("DROP TABLE IF EXISTS t; CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (0)")
        await connection.close()

    async def main():
        await prepare()
        await attack_async()
        connection = await asyncpg.connect(PLAIN)
        print(await connection.fetchval("SELECT n FROM t"))
        await connection.close()

    asyncio.run(main())
"""
WAYS = {
    "execute": 'await connection.execute("UPDATE t SET n = $1", n + 1)',
    "fetch": 'await connection.fetch("UPDATE t SET n = $1 RETURNING n", n + 1)',
    "executemany": 'await connection.executemany("UPDATE t SET n = $1", [(n + 1,)])',
    "prepared": 'await (await connection.prepare("UPDATE t SET n = $1")).fetch(n + 1)',
    "literal": 'await connection.execute(f"UPDATE t SET n = {n + 1}")',
}


@pytest.mark.parametrize("way", WAYS)
def test_asyncpg(sense, postgresql: str, way: str) -> None:
    source = f"""{ATTACK}
    import asyncpg

    async def increment():
        connection = await asyncpg.connect(PLAIN)
        async with connection.transaction():
            n = await connection.fetchval("SELECT n FROM t")
            {WAYS[way]}
        await connection.close()
    {PREPARE}"""
    check(sense(source, variables={"URL": f"postgresql://app:x@{postgresql}/shop"}, allow=(postgresql,)), "asyncpg")


def test_psycopg(sense, postgresql: str) -> None:
    source = f"""{ATTACK}
    import psycopg
    from psycopg import sql

    def setup():
        with psycopg.connect(URL) as connection:
            connection.execute("DROP TABLE IF EXISTS t")
            connection.execute("CREATE TABLE t (n INTEGER)")
            connection.execute("INSERT INTO t VALUES (0)")

    def increment():
        with psycopg.connect(URL) as connection:
            (n,) = connection.execute("SELECT n FROM t").fetchone()
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL("UPDATE {{}} SET n = %s").format(sql.Identifier("t")), (n + 1,))

    setup()
    attack()
    with psycopg.connect(URL) as connection:
        print(connection.execute("SELECT n FROM t").fetchone()[0])
    """
    check(sense(source, variables={"URL": f"postgresql://app:x@{postgresql}/shop"}, allow=(postgresql,)), "psycopg")


def test_psycopg2_s_own_factories_are_kept(sense, postgresql: str) -> None:
    source = f"""{ATTACK}
    import psycopg2
    from psycopg2 import extensions, extras

    connection = psycopg2.connect(URL)
    assert type(connection) is extensions.connection and isinstance(connection.cursor(), extensions.cursor)
    with connection.cursor(cursor_factory=extras.RealDictCursor) as cursor:
        cursor.execute("SELECT 1 AS one")
        print(cursor.fetchone()["one"])
    with psycopg2.connect(URL, connection_factory=extras.DictConnection) as other:
        with other.cursor() as cursor:
            cursor.execute("SELECT 2 AS two")
            print(cursor.fetchone()["two"])
    with psycopg2.connect(URL, cursor_factory=extras.NamedTupleCursor) as other:
        with other.cursor() as cursor:
            cursor.execute("SELECT 3 AS three")
            print(cursor.fetchone().three)
    """
    sensed = sense(source, variables={"URL": f"postgresql://app:x@{postgresql}/shop"}, allow=(postgresql,))
    assert sensed.output.split() == ["1", "2", "3"]
    assert [event.data["statement"] for event in sensed.of("sql")] == [
        "SELECT 1 AS one",
        "SELECT 2 AS two",
        "SELECT 3 AS three",
    ]


REDIS = """
    import redis
    host, _, port = URL.partition(":")
    store = redis.Redis(host=host, port=int(port), decode_responses=True)
    store.set("n", 0)

    def increment():
        n = int(store.get("n"))
        {change}

    attack()
    print(store.get("n"))
"""
REDIS_ASYNC = """
    import redis, redis.asyncio
    host, _, port = URL.partition(":")
    store = redis.Redis(host=host, port=int(port), decode_responses=True)
    store.set("n", 0)

    async def increment():
        own = redis.asyncio.Redis(host=host, port=int(port), decode_responses=True)
        n = int(await own.get("n"))
        {change}
        await own.aclose()

    asyncio.run(attack_async())
    print(store.get("n"))
"""


@pytest.mark.parametrize("change", ['store.set("n", n + 1)', 'store.pipeline().set("n", n + 1).execute()'])
def test_redis(sense, redis: str, change: str) -> None:
    check_keys(sense(f"{ATTACK}{REDIS.format(change=change)}", variables={"URL": redis}, allow=(redis,)))


@pytest.mark.parametrize("change", ['await own.set("n", n + 1)', 'await own.pipeline().set("n", n + 1).execute()'])
def test_redis_async(sense, redis: str, change: str) -> None:
    check_keys(sense(f"{ATTACK}{REDIS_ASYNC.format(change=change)}", variables={"URL": redis}, allow=(redis,)))


def check_keys(sensed) -> None:
    """As `check`, by commands."""
    assert sensed.output.strip() == "1"
    assert [event.data["released"] for event in sensed.of("barrier")] == ["full", "full"]
    commands = [(event.data["statement"], event.data["write"]) for event in sensed.of("sql") if event.exchange]
    assert sorted(commands) == [("GET n", False)] * 2 + [("SET n 1", True)] * 2
    assert all(event.location.symbol == "increment" for event in sensed.of("sql") if event.exchange)
