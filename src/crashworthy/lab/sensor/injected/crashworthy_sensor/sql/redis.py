"""redis-py and valkey-py, sync and async: a command is a statement, and so is each command of a pipeline."""

from __future__ import annotations

from crashworthy_sensor.sql.observe import after, before, meet, note
from crashworthy_sensor.sql.statement import REDIS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_MOST_ARGUMENTS = 4
_LONGEST = 80


def patch(module: Any) -> None:
    """`redis.client`: threads may wait before the command is sent."""
    client, pipeline = module.Redis, module.Pipeline
    client.execute_command = _sent(client.execute_command)
    pipeline.immediate_execute_command = _sent(pipeline.immediate_execute_command)
    execute_original = pipeline.execute

    def execute(self: Any, *args: Any, **kwargs: Any) -> Any:
        for text in _queued(self):
            before(REDIS, text)
        return execute_original(self, *args, **kwargs)

    pipeline.execute = _named(execute, execute_original)


def patch_async(module: Any) -> None:
    """`redis.asyncio.client`: the same, awaited."""
    client, pipeline = module.Redis, module.Pipeline
    client.execute_command = _awaited(client.execute_command)
    pipeline.immediate_execute_command = _awaited(pipeline.immediate_execute_command)
    execute_original = pipeline.execute

    async def execute(self: Any, *args: Any, **kwargs: Any) -> Any:
        for text in _queued(self):
            waiting = note(REDIS, text)
            if waiting is not None:
                await meet(waiting)
        return await execute_original(self, *args, **kwargs)

    pipeline.execute = _named(execute, execute_original)


def _sent(original: Any) -> Any:
    def method(self: Any, *args: Any, **options: Any) -> Any:
        armed = before(REDIS, _text(args))
        result = original(self, *args, **options)
        if armed is not None:
            after(armed)
        return result

    return _named(method, original)


def _awaited(original: Any) -> Any:
    async def method(self: Any, *args: Any, **options: Any) -> Any:
        waiting = note(REDIS, _text(args))
        if waiting is not None:
            await meet(waiting)
        return await original(self, *args, **options)

    return _named(method, original)


def _queued(pipeline: Any) -> Iterable[str]:
    """The commands that a pipeline is about to send, each as (arguments, options) or as an object that has them."""
    for command in list(getattr(pipeline, "command_stack", ())):
        yield _text(command[0] if isinstance(command, tuple) else getattr(command, "args", ()))


def _text(args: tuple[Any, ...]) -> str:
    """The command with its first arguments, which say enough of it."""
    words = [word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word) for word in args]
    shown = " ".join(word[:_LONGEST] for word in words[: 1 + _MOST_ARGUMENTS])
    return shown if len(words) <= 1 + _MOST_ARGUMENTS else f"{shown} …"


def _named(replacement: Any, original: Any) -> Any:
    replacement.__name__, replacement.__qualname__ = original.__name__, original.__qualname__
    return replacement
