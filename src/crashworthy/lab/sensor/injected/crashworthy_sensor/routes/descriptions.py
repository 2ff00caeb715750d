"""The OpenAPI description that a typed framework makes of an application, also where it is served nowhere."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def description_of(application: Any) -> dict[str, Any] | None:
    """The description, or None where the application has none."""
    made: Any = None
    if hasattr(application, "openapi") and hasattr(application, "openapi_version"):  # FastAPI
        made = application.openapi()
    elif hasattr(application, "openapi_config"):  # Litestar
        if application.openapi_config is None:
            return None
        made = application.openapi_schema.to_schema()
        encode = getattr(sys.modules.get("litestar.serialization"), "encode_json", None)
        decode = getattr(sys.modules.get("litestar.serialization"), "decode_json", None)
        if encode is not None and decode is not None:
            made = decode(encode(made))
    return made if isinstance(made, dict) else None
