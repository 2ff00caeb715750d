"""crashworthy: crash-tests backend code that an AI wrote, and keeps the evidence."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str


def __getattr__(name: str) -> str:
    """The version, read when it is asked for: processes that must start quickly never do (PEP 562)."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import version

    return version("crashworthy")
