from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest


@pytest.fixture(autouse=True)
def no_meetings() -> Iterator[None]:
    from crashworthy_sensor.interleave import turns

    yield
    turns.forget_all()


def exchange(party: int, *, seed: int, parties: int, name: str = "m"):
    from crashworthy_sensor.context import Exchange

    return Exchange(str(party), {"turns": {"name": name, "seed": seed, "parties": parties, "party": party}})


def together(seed: int, *handlers: Callable[[list[str]], Awaitable[None]]) -> list[str]:
    """What the handlers noted, served at the same time with that seed."""
    from crashworthy_sensor.interleave import turns

    noted: list[str] = []

    async def main() -> None:
        exchanges = [exchange(number, seed=seed, parties=len(handlers)) for number in range(len(handlers))]
        served = [turns.taking_turns(each(noted), made) for each, made in zip(handlers, exchanges, strict=True)]
        async with asyncio.timeout(10):
            await asyncio.gather(*(asyncio.ensure_future(each) for each in served))
        turns.forget_all()

    asyncio.run(main())
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
