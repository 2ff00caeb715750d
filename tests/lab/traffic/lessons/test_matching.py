from __future__ import annotations

from crashworthy.core.operation import Operation
from crashworthy.lab.traffic.lessons.matching import Matcher


def test_what_is_not_told_is_one_segment_whatever_its_name() -> None:
    matcher = Matcher(
        [Operation(method="GET", path="/homes/{home}"), Operation(method="GET", path="/homes/{home}/keys")]
    )
    found = matcher.find("GET", "/homes/{{tests/test_a.py::test_b:h['id']}}/keys")
    assert found is not None
    operation, values = found
    assert operation.path == "/homes/{home}/keys"
    assert values == {"home": "{{tests/test_a.py::test_b:h['id']}}"}
    assert matcher.find("GET", "/homes/a/b/keys") is None
