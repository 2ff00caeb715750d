"""The base of every frozen value that the stages exchange."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, JsonValue

__all__ = ["Json", "Value"]

Json = JsonValue


class Value(BaseModel):
    """A frozen, strictly named record that is saved as JSON and read back unchanged."""

    model_config = ConfigDict(frozen=True, extra="forbid")
