"""Loaded by every interpreter that finds this folder on PYTHONPATH: starts the sensor.

An environment may have a `sitecustomize` of its own, which this file hides; it is run afterwards under its own name,
so that the service finds its interpreter as it always was.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from os.path import abspath, dirname


def _start_sensor() -> None:
    try:
        import_module("crashworthy_sensor").install()
    except Exception as error:
        # The service must start as if there were no sensor; without a hello from it, the engine knows.
        sys.stderr.write(f"crashworthy: the sensor did not start: {error!r}\n")


def _run_hidden_sitecustomize() -> None:
    here = dirname(abspath(__file__))
    spec = PathFinder.find_spec("sitecustomize", [entry for entry in sys.path if abspath(entry) != here])
    if spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    # What it raises is reported by `site`, as it would be without us.
    spec.loader.exec_module(module)


_start_sensor()
_run_hidden_sitecustomize()
