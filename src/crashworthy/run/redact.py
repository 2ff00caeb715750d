"""Secrets of recordings, kept out of what a run reports: reports travel, recordings hold real credentials.

A report has `${recorded_1}` instead; what that stands for is in a file of the run's folder that only its owner may
read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Literal, TypeVar, get_origin

from pydantic import BaseModel

from crashworthy.core.value import Json
from crashworthy.lab.traffic.template import as_text, escape

_FILE = "recorded-secrets.json"
_MARK = re.compile(r"\$\{recorded_\d+\}")

_ModelT = TypeVar("_ModelT", bound=BaseModel)


class Redactor:
    """Takes secrets out of values, and puts them back."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # The longest first, as one may be a part of another.
        self._secrets = sorted(set(secrets), key=lambda text: (-len(text), text))
        self._names = {as_text(escape(text)): f"${{recorded_{n}}}" for n, text in enumerate(self._secrets, 1)}
        longest = "|".join(re.escape(text) for text in self._names)
        # Neither a part of a longer word, nor of a path, nor the name of a field.
        self._pattern = re.compile(rf"(?<![\w/.-])(?:{longest})(?![\w-]|\"\s*:)") if longest else None

    def redact(self, value: _ModelT) -> _ModelT:
        """The same value without the secrets."""
        if self._pattern is None:
            return value
        pattern = self._pattern
        return _rewritten(value, lambda text: pattern.sub(lambda match: self._names[match[0]], text))

    def restore(self, value: _ModelT) -> _ModelT:
        """The same value with the secrets."""
        secrets = {name: text for text, name in self._names.items()}
        return _rewritten(value, lambda text: _MARK.sub(lambda match: secrets.get(match[0], match[0]), text))

    def save(self, folder: Path) -> None:
        """Keep the secrets in a run's folder, for its proofs to be replayed."""
        if self._secrets:
            file = folder / _FILE
            file.touch(mode=0o600)
            file.write_text(json.dumps(self._secrets), encoding="utf-8", errors="surrogatepass")

    @classmethod
    def of(cls, folder: Path) -> Redactor:
        """With the secrets that a run kept; none when it had none."""
        try:
            texts: Json = json.loads((folder / _FILE).read_text("utf-8"))
        except (OSError, ValueError):
            return cls()
        return cls(text for text in texts if isinstance(text, str)) if isinstance(texts, list) else cls()


def _rewritten(model: _ModelT, write: Callable[[str], str]) -> _ModelT:
    """A copy with every free text written anew; enumerations, literals and names of fields stay."""

    def walk(value: object) -> object:
        if isinstance(value, BaseModel):
            return _rewritten(value, write)
        if type(value) is str:
            return write(value)
        if isinstance(value, Mapping):
            return {key: walk(each) for key, each in value.items()}
        if isinstance(value, list):
            return [walk(each) for each in value]
        return tuple(map(walk, value)) if isinstance(value, tuple) else value

    fields = [name for name, each in type(model).model_fields.items() if get_origin(each.annotation) is not Literal]
    return model.model_copy(update={name: walk(getattr(model, name)) for name in fields})
