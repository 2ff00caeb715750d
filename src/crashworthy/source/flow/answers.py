"""What outbound calls are answered, as far as the source looks into the answers."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from crashworthy.source.flow.shape import Shape
from crashworthy.source.flow.values import Known, Setting, Value
from crashworthy.source.outbound import Outbound
from crashworthy.source.tree import OutboundSite


class Answers:
    """Shapes of answers. A call that is made with several URLs has one for each."""

    def __init__(self, outbound: Iterable[Outbound]) -> None:
        self.calls = {id(call.call): call for call in outbound}
        self._shapes: dict[tuple[int, str], Shape] = {}

    def shape(self, call: ast.Call, arguments: Iterable[Value]) -> Shape:
        """What a call is answered when it is made with `arguments`."""
        outbound = self.calls[id(call)]
        key = ""
        if len(outbound.sites) > 1:
            for value in arguments:
                if isinstance(value, Setting):
                    key = value.variable
                elif isinstance(value, Known) and isinstance(value.value, str) and "://" in value.value:
                    key = value.value
                if key:
                    break
        return self._shapes.setdefault((id(call), key), Shape())

    def of_site(self, outbound: Outbound, site: OutboundSite) -> Shape | None:
        """What a site is answered, or None when the source does not look into it."""
        for key in (site.variable, site.url, ""):
            shape = self._shapes.get((id(outbound.call), key)) if key is not None else None
            if shape is not None and shape.is_used:
                return shape
        return None
