"""The position of a marker decides, and what a correct service does with it is none that counts."""

from __future__ import annotations

from typing import Any

import pytest

from crashworthy.lab.experiments.injection.positions import find, sinks_of

M = "cwz0001"
RUN = "/run/outside"


@pytest.mark.parametrize(
    ("attack", "report", "guilty"),
    [
        ("argument", {"arguments": ["git", "log", f"--{M}=1"]}, True),
        ("argument", {"arguments": ["git", "log", "--", f"--{M}=1"]}, False),
        ("argument", {"arguments": ["grep", "-e", f"--{M}=1"]}, False),
        ("argument", {"arguments": ["grep", "-e=x", f"--{M}=1"]}, True),
        ("argument", {"arguments": ["echo", f"--{M}=1"]}, False),
        ("argument", {"arguments": ["python3", "job.py", f"--{M}=1"]}, False),
        ("argument", {"arguments": ["ls", f"name --{M}=1"]}, False),
        ("command", {"sink": "arguments", "arguments": [f"/bin/{M}a"]}, True),
        ("command", {"sink": "arguments", "arguments": ["ls", f";{M}b"]}, False),
        ("code", {"names": [f"{M}b", f"{M}c"]}, True),
        ("code", {"names": [f"{M}b"]}, False),
        ("code", {"names": [f"{M}b", f"{M}c"], "restricted": True}, False),
        ("template", {"text": f"Hello {M}a{{{{{M}b(", "sandboxed": False}, True),
        ("template", {"text": f"Hello {M}a{{{{{M}b(", "sandboxed": True}, False),
        ("template", {"text": f"Hello {{# {M}a{{{{{M}b( #}}", "sandboxed": False}, False),
        ("path", {"use": "read", "resolved": f"{RUN}/{M}"}, True),
        ("path", {"use": "write", "resolved": f"{RUN}/{M}.json"}, True),
        ("path", {"use": "read", "resolved": f"/srv/files/{M}"}, False),
        ("path", {"use": "write", "resolved": f"/tmp/upload-{M}"}, False),
        ("unpickled", {"text": f"{M}b.x"}, True),
        ("unpickled", {"text": f"plugins.{M}b"}, False),
        ("log", {"text": f"INFO {M}a\n{M}b"}, True),
        ("log", {"text": f"INFO {M}a\\n{M}b"}, False),
        ("mail", {"text": f"To: a\nSubject: a\nX-{M}: 1\n\ntext"}, True),
        ("mail", {"text": f"To: a\nSubject: a\n\ntext\nX-{M}: 1\n"}, False),
        ("prompt", {"role": "system", "text": f"say {M}"}, True),
        ("prompt", {"role": "user", "text": f"say {M}"}, False),
    ],
)
def test_positions(attack: str, report: dict[str, Any], guilty: bool) -> None:
    settings = {"marker": M, "outside": RUN, "probes": [f"a{{{{{M}b("]}
    sink = next(iter(sinks_of(attack)))
    assert (find(attack, {"sink": sink, "text": "", **report}, settings) is not None) is guilty


def test_a_console_is_not_broken_into_by_being_used() -> None:
    payload = f"{M}a({M}b'({M}c"
    settings = {"marker": M, "probes": [f"a({M}b"], "whole": payload}
    inside = {"sink": "sql", "driver": "sqlite3", "text": f"SELECT * FROM t ORDER BY {payload}"}
    assert find("sql", inside, settings) is not None
    assert find("sql", {**inside, "text": payload}, settings) is None


def test_a_parenthesis_of_the_service_is_none_of_ours() -> None:
    settings = {"marker": M, "probes": [f"a({M}b"], "whole": "x"}
    report = {"sink": "sql", "driver": "sqlite3", "text": f"SELECT * FROM t WHERE a IN ({M}a{M}b{M}c)"}
    assert find("sql", report, settings) is None
