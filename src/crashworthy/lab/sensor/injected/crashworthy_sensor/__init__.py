"""The sensor: reports what happens inside a service, from within its own interpreter.

Standard library only, CPython 3.11 to 3.14. It imports no module on the service's behalf: modules are patched right
after the service itself imported them. It never raises into the service and, while no plan is armed, changes nothing
that the service answers. Configured by the CRASHWORTHY_* variables that `settings` reads; events go, as lines of
JSON, to the Unix socket that CRASHWORTHY_SENSOR_SOCKET names.
"""

from __future__ import annotations

from crashworthy_sensor.install import install

__all__ = ["install"]
