"""One proof as one file: opens as a timeline in a browser, and `crashworthy replay FILE` plays it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

from pydantic import ValidationError

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.proof import Proof
from crashworthy.core.report import RunReport
from crashworthy.core.value import Json, Value
from crashworthy.reports.legible import legible
from crashworthy.reports.outputs import write_file
from crashworthy.reports.page import proof_view, render_page, script_json

FORMAT = 1
LARGEST_BYTES = 64 * 1024 * 1024
_ELEMENT = "crashworthy-proof"


class Bundle(Value):
    """What is embedded in the file. `source` is the folder that was tested."""

    format: int = FORMAT
    run: str
    source: str
    proof: Proof


def write_bundle(report: RunReport, proof_id: str, path: Path) -> None:
    """Write one proof of the report. Raises CrashworthyError when there is no such proof."""
    proof = next((proof for proof in report.proofs if proof.id == proof_id), None)
    if proof is None:
        known = ", ".join(proof.id for proof in report.proofs) or "none"
        raise CrashworthyError(f"run {report.run} has no proof {proof_id}", remedy=f"Its proofs: {known}.")
    write_file(path, render(report, proof))


def render(report: RunReport, proof: Proof) -> str:
    """The page: what people see is made legible, what is embedded is the proof unchanged."""
    bundle = Bundle(run=report.run, source=report.service.path, proof=proof)
    shown = legible(report.model_copy(update={"proofs": (proof,)}))
    return render_page(
        "bundle.html", report=shown, view=proof_view(shown.proofs[0]), element=_ELEMENT, data=script_json(_data(bundle))
    )


def read_bundle(path: Path) -> tuple[Proof, Path]:
    """The proof in a file that `write_bundle` wrote, and the folder of the service that it was found in.

    The file may come from anybody: it is read as data only. Raises CrashworthyError when it holds no proof.
    """
    try:
        size = path.stat().st_size
        text = path.read_bytes().decode("utf-8") if size <= LARGEST_BYTES else ""
    except OSError as error:
        raise CrashworthyError(f"{path} could not be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise _no_bundle(path, "it is no UTF-8 text") from error
    if size > LARGEST_BYTES:
        raise _no_bundle(path, f"it has {size:,} bytes")
    bundle = parse(text, path)
    return bundle.proof, Path(bundle.source)


def parse(text: str, path: Path) -> Bundle:
    """What is embedded in a page; `path` is for the error."""
    finder = _Finder()
    finder.feed(text)
    finder.close()
    if not finder.complete:
        raise _no_bundle(path, "no proof is embedded in it, or the file was cut")
    try:
        data = json.loads("".join(finder.found))
        if isinstance(data, dict) and data.get("format") != FORMAT:
            raise CrashworthyError(
                f"{path} has format {data.get('format')!r}; this crashworthy reads format {FORMAT}",
                remedy="Update crashworthy, or have the bundle written again.",
            )
        return Bundle.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _no_bundle(path, f"its proof is damaged at {place or 'the top'}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise _no_bundle(path, f"its proof is damaged: {error}") from error


def _data(bundle: Bundle) -> Json:
    data: Json = json.loads(json.dumps(bundle.model_dump()), parse_constant=lambda _: None)
    return data


def _no_bundle(path: Path, why: str) -> CrashworthyError:
    return CrashworthyError(
        f"{path} holds no proof: {why}", remedy="Write one with: crashworthy bundle RUN PROOF -o FILE.html"
    )


class _Finder(HTMLParser):
    """Collects the text of the element that holds the proof."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = False
        self.complete = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "script" and ("id", _ELEMENT) in attrs and not self.complete

    def handle_endtag(self, tag: str) -> None:
        self.complete = self.complete or (self.inside and tag == "script")
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found.append(data)
