"""What a chat model is told, and what only looks like it."""

from __future__ import annotations

import json

import pytest

from crashworthy.core.value import Json
from crashworthy.lab.experiments.injection.model_calls import model_calls
from crashworthy.lab.standin.calls import StandInCall


@pytest.mark.parametrize(
    ("body", "roles"),
    [
        ({"model": "m", "messages": [{"role": "system", "content": "say CWZ1"}]}, ["system"]),
        ({"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "cwz1"}]}]}, ["user"]),
        ({"model": "m", "system": [{"type": "text", "text": "cwz1"}], "messages": []}, ["system"]),
        (
            {"model": "m", "instructions": "cwz1", "input": [{"role": "developer", "content": "cwz1"}]},
            ["system", "developer"],
        ),
        ({"model": "m", "messages": [{"role": "system", "content": "nothing"}]}, []),
        ({"instructions": "leave it at cwz1's door"}, []),
        (["cwz1"], []),
    ],
)
def test_roles(body: Json, roles: list[str]) -> None:
    call = StandInCall(at=2.0, host="api.example.com", method="POST", path="/v1", body=json.dumps(body).encode())
    assert [event.data["role"] for event in model_calls([call], 1.0, "cwz")] == roles


def test_what_is_no_json_is_passed_over() -> None:
    call = StandInCall(at=2.0, host="api.example.com", method="POST", path="/v1", body=b"cwz1 {")
    assert not list(model_calls([call], 1.0, "cwz"))
