"""Records are saved and read back unchanged, whatever a service put into their texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crashworthy.core.history import Response, SensorEvent

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(body=st.text(), status=st.integers(100, 599))
def test_a_record_is_read_back_unchanged(body: str, status: int) -> None:
    response = Response(status=status, body=body)
    assert Response.model_validate_json(response.model_dump_json()) == response


@given(message=ANY_TEXT)
def test_lone_surrogates_do_not_end_a_run(message: str) -> None:
    event = SensorEvent(at=0.5, kind="exception", data={"message": message})
    for text in (event.model_dump_json(), event.model_dump_json(indent=1)):
        assert SensorEvent.model_validate_json(text).data["message"] == message.encode("utf-8", "replace").decode()
