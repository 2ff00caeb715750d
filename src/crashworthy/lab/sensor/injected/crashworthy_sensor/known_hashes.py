"""What a password function gave for the same arguments in another copy of the service, for requests with quick hashes.

A hash that was there before the first request, such as that of an account made at the start, is as slow as it says
(hashing); each copy that starts anew would work it out again. PBKDF2, scrypt and bcrypt are functions of their
arguments alone, so what one copy found is read by the others, from files beside the sensor's socket that are named by
a digest of the arguments.
"""

from __future__ import annotations

import functools
import os

from crashworthy_sensor.context import current
from crashworthy_sensor.imports import when_imported
from crashworthy_sensor.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_BYTES = b"="


def install() -> None:
    """Watch for the functions."""
    when_imported("hashlib", lambda module: _patch(module, "pbkdf2_hmac", "scrypt"))
    when_imported("bcrypt", lambda module: _patch(module, "checkpw"))


def _patch(module: Any, *names: str) -> None:
    for name in names:
        real = getattr(module, name, None)
        if real is not None:
            setattr(module, name, _known(real))


def _known(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def known(*arguments: Any, **options: Any) -> Any:
        exchange = current.get()
        if exchange is None or not exchange.quick_hashes or not settings.socket:
            return real(*arguments, **options)
        path = _path(real.__name__, arguments, options)
        try:
            with open(path, "rb") as file:
                content = file.read()
            return content[1:] if content[:1] == _BYTES else content == b"True"
        except OSError:
            result = real(*arguments, **options)
        _write(path, _BYTES + result if isinstance(result, bytes) else str(result).encode())
        return result

    return known


def _path(name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> str:
    import hashlib

    digest = hashlib.sha256(repr((name, arguments, sorted(options.items()))).encode()).hexdigest()
    return os.path.join(os.path.dirname(settings.socket), f"hash-{digest}")


def _write(path: str, content: bytes) -> None:
    try:
        with open(f"{path}.{os.getpid()}", "wb") as file:
            file.write(content)
        os.replace(f"{path}.{os.getpid()}", path)
    except OSError:
        pass  # the next one works it out again
