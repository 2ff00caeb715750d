"""Where a connection goes: to itself, to an own database, or to the stand-in."""

from __future__ import annotations

import zlib

from crashworthy_sensor.context import current
from crashworthy_sensor.events import encode, record, sensor_error
from crashworthy_sensor.outbound import listening
from crashworthy_sensor.place import innermost
from crashworthy_sensor.settings import canonical_host, settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from crashworthy_sensor.settings import Address

SLOTS = 1 << 16
# The loopback addresses that carry a slot in their last two bytes: 127.77.0.0/16.
PREFIX = "127.77."

_hosts: dict[str, str] = {}
_slots: dict[int, str] = {}


def slot_of(key: str) -> int:
    """The slot of `key`: its 16-bit hash, or the next one that is free."""
    slot = zlib.crc32(key.encode("utf-8", "backslashreplace")) % SLOTS
    for _ in range(SLOTS):
        if _slots.setdefault(slot, key) == key:
            return slot
        slot = (slot + 1) % SLOTS
    return slot


def slot_address(slot: int) -> str:
    """The loopback address that carries `slot`."""
    return f"{PREFIX}{slot >> 8}.{slot & 255}"


def invented_address(name: str) -> str:
    """The address that a name resolves to without any DNS; `route` knows it again."""
    address = slot_address(slot_of(name))
    _hosts[address] = name
    return address


def is_local(host: str) -> bool:
    """Whether `host` needs no resolver: an IP address, a name of this machine, or one that is allowed."""
    canonical = canonical_host(host)
    if _is_literal(canonical) or canonical == "127.0.0.1" or host.lower() in listening.own_names():
        return True
    return any(canonical == allowed for allowed, _ in settings.allow)


def is_loopback(host: str) -> bool:
    """Whether `host`, in its canonical spelling, is this machine."""
    return host.startswith("127.") or host in listening.own_names()


def _is_literal(host: str) -> bool:
    return ":" in host or (host.count(".") == 3 and host.replace(".", "").isdigit())


def route(host: str, port: int, timeout: float | None, frame: FrameType, *, blocking: bool = True) -> Address | None:
    """The address to connect to instead, or None to let the connection pass.

    What goes to the stand-in is reported before: which host the slot stands for, and the call itself with its
    `timeout` in seconds (None: unlimited, or not known where not `blocking`).
    """
    canonical = canonical_host(host)
    canonical = _hosts.get(canonical, canonical)
    target = database(canonical, port)
    if target is not None:
        return target
    standin = settings.standin
    if standin is None or (canonical, port) in settings.allow:
        return None
    if is_loopback(canonical):
        if port == standin[1]:
            # An address that the stand-in gave out itself: the call is told, the connection passes.
            _tell(canonical, port, timeout, frame, None, blocking=blocking)
            return None
        if listening.is_own(port):
            return None
    slot = slot_of(f"{canonical}:{port}")
    _tell(canonical, port, timeout, frame, slot, blocking=blocking)
    return slot_address(slot), standin[1]


def database(host: str, port: int) -> Address | None:
    """The own instance that is to be used in place of `host`:`port`, if there is one."""
    if (host, port) in settings.allow:
        return None
    return settings.redirect.get((host, port)) or settings.redirect.get(("*", port))


def _tell(host: str, port: int, timeout: float | None, frame: FrameType, slot: int | None, *, blocking: bool) -> None:
    try:
        exchange = current.get()
        place = innermost(frame)
        if slot is not None:
            record("outbound-map", encode({"slot": slot, "host": host, "port": port}), exchange, place, urgent=True)
        data = {"host": host, "port": port, "timeout": timeout, "blocking": blocking}
        record("outbound", encode(data), exchange, place, urgent=True)
    except Exception:
        sensor_error("outbound")
