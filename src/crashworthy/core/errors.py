"""The one error that people see: what happened, where, and what to do."""

from __future__ import annotations


class CrashworthyError(Exception):
    """A mistake of the user or a condition outside crashworthy's power; shown without a traceback.

    `remedy` says what to do next; `details` holds a few lines of evidence, such as the end of an output.
    """

    def __init__(self, message: str, *, remedy: str = "", details: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.details = details
