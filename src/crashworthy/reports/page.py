"""Makes self-contained HTML pages: one file, no network, and a policy under which nothing in the data can run."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from crashworthy import __version__
from crashworthy.core.proof import Proof
from crashworthy.core.value import Json
from crashworthy.reports import svg
from crashworthy.reports.mending import mend_in_short, more_about, spans
from crashworthy.reports.story import duration, pretty, tell
from crashworthy.reports.timeline import crossing, timeline
from crashworthy.weaknesses.catalogue import CATALOGUE


def render_page(template: str, *, styles: tuple[str, ...] = ("page.css",), **context: Any) -> str:
    """The page that the template gives, with styles and script inside and a policy that admits only these."""
    style, script = Markup("").join(_asset(name) for name in styles), _asset("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    page = _environment().get_template(template)
    return page.render(style=style, script=script, policy=policy, version=__version__, **context)


def proof_view(proof: Proof) -> dict[str, Any]:
    """What the template of a proof needs: its story, picture, and marks in the order of time."""
    picture = timeline(proof.trial)
    weakness = CATALOGUE.get(proof.weakness)
    marks = sorted(((mark, lane.number) for lane in picture.lanes for mark in lane.marks), key=lambda pair: pair[0].at)
    return {
        "proof": proof,
        "story": tell(proof),
        "picture": svg.draw(picture, f"Timeline of {proof.id}: requests as lanes, what each did as marks"),
        "legend": svg.kinds(picture),
        "marks": marks,
        "crossing": crossing(picture),
        "lanes_left_out": picture.left_out,
        "origin": picture.lanes[0].started if picture.lanes else 0.0,
        "weakness": weakness,
        "cwe": weakness.cwe if weakness else None,
    }


def script_json(data: Json) -> Markup:
    """JSON for a `<script type="application/json">`: no text in it can end the element."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - no tag is left


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("crashworthy.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["duration"] = duration
    environment.filters["pretty"] = pretty
    environment.filters["marked"] = _marked
    environment.filters["mend_in_short"] = mend_in_short
    environment.filters["more_about"] = more_about
    return environment


def _marked(text: str) -> Markup:
    """A text of the catalogue, its code marked."""
    pieces = (Markup("<code>{}</code>").format(piece) if is_code else escape(piece) for piece, is_code in spans(text))
    return Markup("").join(pieces)


@cache
def _asset(name: str) -> Markup:
    text = files("crashworthy.reports").joinpath("templates", name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - one of our own files


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
