"""Queries that are no SQL: the filters of MongoDB's clients and of LDAP's."""

from __future__ import annotations

import json
import sys

from crashworthy_sensor.events import sensor_error
from crashworthy_sensor.sinks.watch import report, watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# By method: the position of the filter, and its name.
_FILTERS = {
    "find": (0, "filter"),
    "find_one": (0, "filter"),
    "find_one_and_delete": (0, "filter"),
    "find_one_and_replace": (0, "filter"),
    "find_one_and_update": (0, "filter"),
    "update_one": (0, "filter"),
    "update_many": (0, "filter"),
    "replace_one": (0, "filter"),
    "delete_one": (0, "filter"),
    "delete_many": (0, "filter"),
    "count_documents": (0, "filter"),
    "distinct": (1, "filter"),
    "aggregate": (0, "pipeline"),
}


def patch_collection(module: Any) -> None:
    """The methods of pymongo's collections, sync and async; Motor, MongoEngine and Beanie call them too."""
    for name in ("Collection", "AsyncCollection"):
        found = getattr(module, name, None)
        # `pymongo.collection` hands on what another module defines and has patched.
        if found is not None and found.__module__ == module.__name__:
            for method, (position, keyword) in _FILTERS.items():
                if method in vars(found):
                    setattr(found, method, _looking(getattr(found, method), method, position, keyword))


def _looking(original: Any, method: str, position: int, keyword: str) -> Any:
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if watch.prefix is not None:
            try:
                given = args[position] if len(args) > position else kwargs.get(keyword)
                text = json.dumps(given, default=str) if given is not None else ""
                if watch.sees(text):
                    report("documents", text, sys._getframe(1), method=method, collection=str(self.name))
            except Exception:
                sensor_error(f"documents {method}")
        return original(self, *args, **kwargs)

    return _named(call, original)


def patch_ldap3(module: Any) -> None:
    """`Connection.search`, where filters are given as text."""
    original = module.Connection.search

    def search(self: Any, search_base: Any, search_filter: Any, *args: Any, **kwargs: Any) -> Any:
        if watch.prefix is not None and watch.sees(search_filter):
            report("directory", search_filter, sys._getframe(1))
        return original(self, search_base, search_filter, *args, **kwargs)

    module.Connection.search = _named(search, original)


def patch_ldap(module: Any) -> None:
    """python-ldap's `search_ext`, which its other searches call."""
    original = module.SimpleLDAPObject.search_ext

    def search_ext(self: Any, base: Any, scope: Any, filterstr: Any = None, *args: Any, **kwargs: Any) -> Any:
        if watch.prefix is not None and watch.sees(filterstr):
            report("directory", filterstr, sys._getframe(1))
        return original(self, base, scope, filterstr, *args, **kwargs)

    module.SimpleLDAPObject.search_ext = _named(search_ext, original)


def _named(replacement: Any, original: Any) -> Any:
    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(replacement, name, getattr(original, name, None))
    return replacement
