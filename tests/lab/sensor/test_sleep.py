from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st


def exchange(**plan: object):
    from crashworthy_sensor.context import Exchange

    return Exchange("e1", dict(plan))


@given(seed=st.integers(), max_ms=st.floats(0, 50), share=st.floats(0, 1))
def test_the_same_seed_draws_the_same_sleeps_within_the_limit(seed: int, max_ms: float, share: float) -> None:
    from crashworthy_sensor.interleave.sleep import draw

    plan = {"seed": seed, "max_ms": max_ms, "share": share}
    one, other = exchange(sleep=plan), exchange(sleep=plan)
    sleeps = [draw(one, one.sleep) for _ in range(20)]
    assert sleeps == [draw(other, other.sleep) for _ in range(20)]
    assert all(0 <= seconds <= max_ms / 1000 for seconds in sleeps)


def test_a_request_is_not_held_for_ever() -> None:
    from crashworthy_sensor.context import MAX_PAUSE_S
    from crashworthy_sensor.interleave.sleep import draw

    sleepy = exchange(sleep={"seed": 1, "max_ms": 1000})
    assert sum(draw(sleepy, sleepy.sleep) for _ in range(1000)) == pytest.approx(MAX_PAUSE_S)


def drowsily(coroutine, **plan: object):
    from crashworthy_sensor.interleave.sleep import drowsily as wrapped

    return wrapped(coroutine, exchange(sleep={"seed": 1, "max_ms": 1, **plan}))


def test_results_exceptions_and_cancellation_pass() -> None:
    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    async def fail() -> None:
        await asyncio.sleep(0)
        raise KeyError("mine")

    seen: list[str] = []

    async def cancelled() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    async def main() -> None:
        assert await drowsily(answer()) == 42
        with pytest.raises(KeyError):
            await drowsily(fail())
        task = asyncio.ensure_future(drowsily(cancelled(), max_ms=1000))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await drowsily(cancelled())

    asyncio.run(main())
    assert seen == ["cancelled", "cancelled"]


def test_an_await_that_never_suspends_is_left_alone() -> None:
    async def inner() -> int:
        return 1

    async def outer() -> int:
        return sum([await inner() for _ in range(1000)])

    started = time.monotonic()
    assert asyncio.run(drowsily(outer(), max_ms=1000)) == 1000
    assert time.monotonic() - started < 1000 * 0.5


RACE = """
    import asyncio, json
    from starlette.applications import Starlette
    from starlette.middleware.base import BaseHTTPMiddleware
    from starlette.responses import Response
    from starlette.routing import Route

    count = 0
    lock = asyncio.Lock()

    async def sick(request):
        global count
        seen = count
        await asyncio.sleep(0)
        count = seen + 1
        return Response()

    async def healthy(request):
        async with lock:
            return await sick(request)

    async def passing(request, call_next):
        return await call_next(request)

    app = Starlette(routes=[Route("/sick", sick), Route("/healthy", healthy)])
    app.add_middleware(BaseHTTPMiddleware, dispatch=passing)

    async def request(path, number):
        plan = json.dumps({"id": f"e{number}", "sleep": {"seed": number, "max_ms": 10}})
        scope = {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
            "headers": [(b"x-crashworthy", plan.encode())], "http_version": "1.1", "scheme": "http",
            "server": ("test", 80), "client": ("test", 1), "root_path": "",
        }
        body = iter([{"type": "http.request", "body": b"", "more_body": False}])
        async def receive():
            try:
                return next(body)
            except StopIteration:
                await asyncio.Event().wait()
        async def send(message):
            pass
        await app(scope, receive, send)

    async def main(path):
        await asyncio.gather(*(request(path, number) for number in range(8)))
        print(count)
"""


def test_sleeps_reach_tasks_that_middleware_starts_and_lose_updates(sense) -> None:
    sensed = sense(f"{RACE}\n    asyncio.run(main('/sick'))\n")
    assert int(sensed.output) < 8
    assert len(sensed.of("request-end")) == 8


def test_a_lock_holds(sense) -> None:
    assert sense(f"{RACE}\n    asyncio.run(main('/healthy'))\n").output.strip() == "8"


def test_sleeps_stand_around_statements_in_threads(sense) -> None:
    sensed = sense("""
        import json, sqlite3
        from flask import Flask
        app = Flask(__name__)

        @app.get("/")
        def view():
            connection = sqlite3.connect(":memory:")
            for _ in range(20):
                connection.execute("SELECT 1")
            return ""

        plan = {"id": "e", "sleep": {"seed": 3, "max_ms": 10}}
        app.test_client().get("/", headers={"X-Crashworthy": json.dumps(plan)})
    """)
    (end,) = sensed.of("request-end")
    seconds = end.data["seconds"]
    assert isinstance(seconds, float)
    assert seconds > 0.02, "40 sleeps of 5 ms on average"
