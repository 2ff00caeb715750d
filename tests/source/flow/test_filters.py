"""What a filter leaves is not known, and what is iterated by name is an object."""

from __future__ import annotations

from source.flow.test_request_inputs import operation_of

REQUIRED = """
    import falcon
    def body(req, *required):
        data = req.get_media()
        missing = [name for name in required if data.get(name) in (None, "")]
        if missing:
            raise falcon.HTTPBadRequest(description=f"missing: {', '.join(missing)}")
        return data
    class Parcels:
        def on_post(self, req, resp):
            data = body(req, "size")
            if data["size"] not in ("S", "M", "L"):
                raise falcon.HTTPBadRequest(description="size must be S, M or L")
"""
CHANGES = """
    class Parcels:
        def on_patch(self, req, resp):
            changes = req.get_media()
            if any(isinstance(value, list) for value in changes.values()):
                raise ValueError
            return [changes[name] for name in changes if name in ("a", "b")]
"""


def test_a_function_that_refuses_what_is_missing_may_also_return() -> None:
    body = operation_of(REQUIRED, "Parcels.on_post", "falcon").body
    assert body is not None
    assert body.data_schema["properties"] == {"size": {"enum": ["S", "M", "L"]}}


def test_a_document_whose_values_are_looked_at_is_an_object() -> None:
    body = operation_of(CHANGES, "Parcels.on_patch", "falcon").body
    assert body is not None
    assert body.data_schema["type"] == "object"
