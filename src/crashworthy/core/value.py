"""The base of every frozen value that the stages exchange."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue
from pydantic_core import PydanticSerializationError

__all__ = ["Json", "Value"]

Json = JsonValue


class Value(BaseModel):
    """A frozen, strictly named record that is saved as JSON and read back unchanged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_dump_json(self, **options: Any) -> str:
        """The record as JSON.

        Texts from a service may hold lone surrogates, which JSON in UTF-8 cannot (RFC 8259, section 8.2); they
        become question marks rather than the end of the run.
        """
        try:
            return super().model_dump_json(**options)
        except PydanticSerializationError:
            indent = options.pop("indent", None)
            content = json.dumps(self.model_dump(mode="json", **options), indent=indent, ensure_ascii=False)
            return content.encode("utf-8", "replace").decode()
