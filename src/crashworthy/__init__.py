"""crashworthy: crash-tests backend code that an AI wrote, and keeps the evidence."""

from importlib.metadata import version

__version__ = version("crashworthy")
