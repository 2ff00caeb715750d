"""The report as one HTML file that works offline."""

from __future__ import annotations

from crashworthy.core.report import RunReport
from crashworthy.reports.legible import legible
from crashworthy.reports.overview import overview
from crashworthy.reports.page import proof_view, render_page


def render(report: RunReport) -> str:
    """The whole page."""
    view = overview(legible(report))
    proofs = {finding.id: proof_view(proof) for finding in view.report.findings if (proof := view.proof(finding))}
    return render_page("report.html", view=view, report=view.report, proofs=proofs)
