"""The report as JSON, by the schema that `crashworthy schema report` prints. Nothing is cut or hidden in it."""

from __future__ import annotations

from crashworthy.core.report import RunReport
from crashworthy.reports.legible import encodable, rewritten


def render(report: RunReport) -> str:
    """The whole report; `version` names the schema's version."""
    # A service can answer with lone surrogates, which JSON parsers refuse.
    return rewritten(report, encodable).model_dump_json(indent=2) + "\n"
