"""uvloop: connects and resolves in C, so the methods of its (Python) loop class are replaced."""

from __future__ import annotations

import sys

from crashworthy_sensor.events import sensor_error
from crashworthy_sensor.interleave.sleep import patch_create_task
from crashworthy_sensor.outbound import listening, route
from crashworthy_sensor.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def patch(module: Any) -> None:
    """Redirect what `uvloop.Loop` connects to."""
    loop_class = module.Loop
    patch_create_task(loop_class)
    create_connection_original = loop_class.create_connection
    sock_connect_original = loop_class.sock_connect
    getaddrinfo_original = loop_class.getaddrinfo
    create_server_original = loop_class.create_server

    async def create_connection(
        self: Any, protocol_factory: Any, host: Any = None, port: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        try:
            if host is not None and isinstance(port, int) and kwargs.get("sock") is None:
                target = route.route(str(host), port, None, sys._getframe(), blocking=False)
                if target is not None:
                    if kwargs.get("ssl") and kwargs.get("server_hostname") is None:
                        kwargs["server_hostname"] = str(host)
                    host, port = target
                    kwargs.pop("local_addr", None)
        except Exception:
            sensor_error("uvloop connection")
        return await create_connection_original(self, protocol_factory, host, port, *args, **kwargs)

    async def sock_connect(self: Any, sock: Any, address: Any) -> Any:
        try:
            if isinstance(address, tuple) and len(address) == 2 and isinstance(address[1], int):
                target = route.route(str(address[0]), address[1], None, sys._getframe(), blocking=False)
                address = address if target is None else target
        except Exception:
            sensor_error("uvloop connection")
        return await sock_connect_original(self, sock, address)

    async def getaddrinfo(self: Any, host: Any, port: Any, **kwargs: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if settings.standin is not None and isinstance(name, str) and not route.is_local(name):
            # Answered without a resolver, so it does not block.
            return sys.modules["socket"].getaddrinfo(host, port, **kwargs)
        return await getaddrinfo_original(self, host, port, **kwargs)

    async def create_server(self: Any, *args: Any, **kwargs: Any) -> Any:
        server = await create_server_original(self, *args, **kwargs)
        try:
            for sock in server.sockets:
                name = sock.getsockname()
                if isinstance(name, tuple):
                    listening.add(name[1])
        except Exception:
            sensor_error("uvloop server")
        return server

    for method in (create_connection, sock_connect, getaddrinfo, create_server):
        setattr(loop_class, method.__name__, method)
