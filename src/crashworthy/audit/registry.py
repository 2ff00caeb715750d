"""All rules: every module below `audit.rules` that holds a Rule."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache

from crashworthy.audit import rules
from crashworthy.audit.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """One of each rule, by id."""
    found: dict[str, Rule] = {}
    for module_info in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}."):
        module = importlib.import_module(module_info.name)
        for _, class_ in inspect.getmembers(module, inspect.isclass):
            if issubclass(class_, Rule) and class_.__module__ == module.__name__ and not inspect.isabstract(class_):
                found[class_.id] = class_()
    return tuple(found[rule_id] for rule_id in sorted(found))
