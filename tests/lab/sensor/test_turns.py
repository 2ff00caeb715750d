from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest


@pytest.fixture(autouse=True)
def no_meetings() -> Iterator[None]:
    from crashworthy_sensor.interleave import turns

    yield
    turns.forget_all()


def exchange(party: int, *, seed: int, parties: int, name: str = "m", virtual: bool = False):
    from crashworthy_sensor.context import Exchange

    plan = {"name": name, "seed": seed, "parties": parties, "party": party, "virtual": virtual}
    return Exchange(str(party), {"turns": plan})


def together(seed: int, *handlers: Callable[[list[str]], Awaitable[None]], virtual: bool = False) -> list[str]:
    """What the handlers noted, served at the same time with that seed."""
    from crashworthy_sensor import clock
    from crashworthy_sensor.context import current
    from crashworthy_sensor.interleave import turns

    noted: list[str] = []

    async def main() -> None:
        parties = len(handlers)
        exchanges = [exchange(number, seed=seed, parties=parties, virtual=virtual) for number in range(parties)]
        tasks = []
        for each, made in zip(handlers, exchanges, strict=True):
            current.set(made)
            tasks.append(asyncio.ensure_future(turns.taking_turns(each(noted), made)))
        current.set(None)
        async with asyncio.timeout(1000 if virtual else 10):
            await asyncio.gather(*tasks)
        turns.forget_all()

    try:
        asyncio.run(main())
    finally:
        clock.uninstall()
    return noted


def handler(name: str, awaits: int = 3, seconds: float = 0.0) -> Callable[[list[str]], Awaitable[None]]:
    async def handle(noted: list[str]) -> None:
        for number in range(awaits):
            noted.append(f"{name}{number}")
            await asyncio.sleep(seconds)

    return handle


def test_a_seed_gives_the_same_order_each_time_and_seeds_give_many() -> None:
    orders = {seed: together(seed, handler("a"), handler("b"), handler("c")) for seed in range(12)}
    assert all(together(seed, handler("a"), handler("b"), handler("c")) == orders[seed] for seed in range(0, 12, 3))
    assert len({tuple(order) for order in orders.values()}) > 6


def test_timers_and_threads_do_not_disturb_the_order() -> None:
    def threaded(name: str) -> Callable[[list[str]], Awaitable[None]]:
        async def handle(noted: list[str]) -> None:
            for number in range(2):
                noted.append(f"{name}{number}")
                await asyncio.to_thread(sum, range(number * 10_000))

        return handle

    orders = [together(5, handler("a", 2, 0.004), threaded("b")) for _ in range(5)]
    assert all(order == orders[0] for order in orders)


def test_what_runs_between_two_awaits_is_never_cut_and_locks_still_exclude() -> None:
    for seed in range(4):
        lock = asyncio.Lock()

        async def handle(noted: list[str], lock: asyncio.Lock = lock) -> None:
            async with lock:
                noted.append("in")
                await asyncio.sleep(0)
                noted.append("out")

        assert together(seed, handle, handle, handle) == ["in", "out"] * 3


def test_a_party_that_never_comes_is_not_waited_for_for_ever() -> None:
    from crashworthy_sensor.interleave import turns

    noted: list[str] = []

    async def main() -> None:
        async with asyncio.timeout(5):
            await turns.taking_turns(handler("a")(noted), exchange(0, seed=1, parties=2))

    asyncio.run(main())
    assert noted == ["a0", "a1", "a2"]


def test_results_exceptions_and_cancellation_pass_and_leave_the_turn_to_others() -> None:
    from crashworthy_sensor.interleave import turns

    seen: list[str] = []

    async def fail() -> None:
        await asyncio.sleep(0)
        raise KeyError("mine")

    async def cancelled() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    async def answer() -> int:
        await asyncio.sleep(0.02)
        return 42

    async def main() -> None:
        made = [exchange(number, seed=3, parties=3) for number in range(3)]
        tasks = [
            asyncio.ensure_future(turns.taking_turns(each, own))
            for each, own in zip((fail(), cancelled(), answer()), made, strict=True)
        ]
        await asyncio.sleep(0.1)
        tasks[1].cancel()
        async with asyncio.timeout(5):
            results = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(results[0], KeyError)
        assert isinstance(results[1], asyncio.CancelledError)
        assert results[2] == 42

    asyncio.run(main())
    assert seen == ["cancelled"]


def test_tasks_that_a_request_starts_take_turns_too() -> None:
    async def handle(noted: list[str]) -> None:
        await asyncio.gather(*(asyncio.ensure_future(asyncio.sleep(0)) for _ in range(2)))
        noted.append("done")

    assert together(1, handle, handle) == ["done", "done"]


def test_the_order_is_told_when_a_request_is_answered(sense) -> None:
    sensed = sense("""
    import asyncio, json
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    noted = []

    async def view(request):
        for number in range(2):
            noted.append(request.query_params["who"])
            await asyncio.sleep(0)
        return PlainTextResponse("ok")

    app = Starlette(routes=[Route("/", view)])

    async def ask(who):
        plan = {"id": who, "turns": {"name": "m", "seed": 7, "parties": 2, "party": int(who)}}
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": f"who={who}".encode(),
                 "headers": [(b"x-crashworthy", json.dumps(plan).encode())], "http_version": "1.1"}
        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}
        async def send(message):
            pass
        await app(scope, receive, send)

    async def main():
        await asyncio.gather(ask("0"), ask("1"))

    asyncio.run(main())
    print(noted)
    """)
    told = sensed.of("turns")
    assert len(told) == 2
    assert told[-1].data["choices"] > 0
    assert set(told[-1].data["order"]) == {0, 1}


def test_nobody_waits_for_sleeps_and_they_end_in_their_order() -> None:
    def sleeper(name: str, seconds: float) -> Callable[[list[str]], Awaitable[None]]:
        async def handle(noted: list[str]) -> None:
            for _ in range(2):
                before, by_loop = time.time(), asyncio.get_running_loop().time()
                await asyncio.sleep(seconds)
                assert time.time() - before >= seconds - 0.1
                assert asyncio.get_running_loop().time() - by_loop >= seconds
                noted.append(name)

        return handle

    began = time.monotonic()
    assert together(1, sleeper("slow", 50), sleeper("quick", 20), virtual=True) == ["quick", "quick", "slow", "slow"]
    assert time.monotonic() - began < 50


def test_time_limits_hold_in_virtual_time() -> None:
    async def limited(noted: list[str]) -> None:
        try:
            async with asyncio.timeout(5):
                await asyncio.sleep(60)
        except TimeoutError:
            noted.append("late")

    assert together(1, limited, limited, virtual=True) == ["late", "late"]


@pytest.mark.parametrize("outside", ["thread", "socket"])
def test_time_passes_as_it_does_while_something_outside_is_waited_for(outside: str) -> None:
    async def asks(noted: list[str]) -> None:
        if outside == "thread":
            await asyncio.to_thread(threading.Event().wait, 0.3)
        else:
            async with await asyncio.start_server(answer_late, "127.0.0.1") as server:
                reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
                await reader.read()
                writer.close()
        noted.append("answer")

    async def sleeps(noted: list[str]) -> None:
        await asyncio.sleep(2)
        noted.append("slept")

    assert together(1, asks, sleeps, virtual=True) == ["answer", "slept"]


async def answer_late(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.to_thread(threading.Event().wait, 0.2)
    writer.close()
