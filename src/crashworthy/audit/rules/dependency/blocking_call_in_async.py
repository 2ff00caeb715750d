"""A blocking call to another system in code that shares one thread with all requests."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.source.symbols import Function
from crashworthy.weaknesses.dependency import HELD_BY_SLOW_DEPENDENCY

_APP = """
import asyncio
import httpx
import requests
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

app = FastAPI()

def charge():
    return requests.post("https://pay.example.com/charges", timeout=5)
"""


class BlockingCallInAsync(Rule):
    """A synchronous outbound call in an `async def`, or in a function that one calls directly.

    The event loop stands still until the other side answers, and with it every other request of the process. Left
    alone: asynchronous clients, `def` handlers (frameworks run them in threads), and functions that are handed to a
    thread (`to_thread`, `run_in_threadpool`, an executor).
    """

    id = "blocking-call-in-async"
    weakness = HELD_BY_SLOW_DEPENDENCY
    firing = (
        Sample("in the handler", {"main.py": _APP + """
@app.get("/rate")
async def rate():
    return requests.get("https://rates.example.com", timeout=3).json()
"""}),
        Sample("in a function that the handler calls", {"main.py": _APP + """
@app.post("/orders")
async def order():
    charge()
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("an asynchronous client", {"main.py": _APP + """
@app.get("/rate")
async def rate():
    async with httpx.AsyncClient(timeout=3) as client:
        return (await client.get("https://rates.example.com")).json()
"""}),
        Sample("a handler that runs in a thread", {"main.py": _APP + """
@app.post("/orders")
def order():
    charge()
    return {}
"""}),
        Sample("handed to a thread", {"main.py": _APP + """
@app.post("/orders")
async def order():
    await run_in_threadpool(charge)
    await asyncio.to_thread(charge)
    await asyncio.get_running_loop().run_in_executor(None, charge)
    return {}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Blocking calls on the event loop."""
        graph = context.analysis.graph
        on_loop: dict[str, Function] = {}
        pending = [function for function in context.analysis.functions if function.is_async]
        while pending:
            function = pending.pop()
            if function.key not in on_loop:
                on_loop[function.key] = function
                for call in function.calls:
                    pending.extend(target for target in graph.targets(call, function) if not target.is_async)
        for outbound in context.analysis.outbound:
            if outbound.scope.key in on_loop and not outbound.is_async:
                message = f"a blocking call through {outbound.library.name} stops the event loop while it waits"
                yield Hit(outbound.call, outbound.scope, message)
