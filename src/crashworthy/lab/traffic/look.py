"""A look at the service directly before a request, for what has to be sent back: an entity tag or a CSRF token.

An entity tag says which state of a thing a change is meant for (RFC 9110, section 13.1.1). A CSRF token stands in a
form or in the head of a page, and says that the request comes from that page.
"""

from __future__ import annotations

from collections.abc import Collection

from crashworthy.core.scenario import Save, Step, ValueFrom
from crashworthy.core.value import Json
from crashworthy.lab.traffic.addresses import named_after
from crashworthy.lab.traffic.base import Base
from crashworthy.lab.traffic.encode import FORM
from crashworthy.lab.traffic.template import body_value, pointer_of

_TOKEN_WORDS = ("csrf", "xsrf", "authenticity", "requestverification")
_TOKEN_HEADERS = ("X-CSRFToken", "X-CSRF-Token")


def look_first(base: Base, step: Step, kind: str, path: str, operations: Collection[str]) -> Step:
    """The step with what the page at `path` gives, which is got as the last step of the set-up.

    The page is that of one of the `operations`, by name, where these have it.
    Without that, as it was, where the page has no such thing. Raises SetupFailedError where there is no page.
    """
    own = step.path.rstrip("/") or "/"
    target = {".": step.path, "..": own.rpartition("/")[0] or "/"}.get(path, path)
    page = Step(
        actor=step.actor,
        operation=named_after("GET", target, operations) or f"GET {target}",
        method="GET",
        path=target,
        headers=tuple(pair for pair in step.headers if pair[0].lower() not in ("if-match", "content-type")),
    )
    if kind == "etag":
        names, _ = base.look(page.model_copy(update={"saves": (_ETAG,)}))
        rest = tuple(pair for pair in step.headers if pair[0].lower() != "if-match")
        return step.model_copy(update={"headers": (*rest, ("If-Match", f"${{{names['etag']}}}"))})
    _, answer = base.look(page)
    fields: Json = body_value(answer) if answer else None
    named = [name for name in fields if is_token(name)] if isinstance(fields, dict) else []
    # Fields of forms have names that programs can use; those in a page's head are for its scripts.
    field = min(named, key=lambda name: "-" in name) if named else None
    if field is None:
        return step
    names, _ = base.look(page.model_copy(update={"saves": (Save(name="csrf", path=pointer_of((field,))),)}))
    token = f"${{{names['csrf']}}}"
    headers = (*step.headers, *((name, token) for name in _TOKEN_HEADERS))
    changes: dict[str, object] = {"headers": headers}
    if step.body is None and step.content_type is None:
        changes.update(body={field: token}, content_type=FORM)
    elif isinstance(step.body, dict):
        changes["body"] = {**step.body, field: token}
    return step.model_copy(update=changes)


_ETAG = Save(name="etag", where=ValueFrom.HEADER, path="ETag")


def is_token(name: str) -> bool:
    """Whether a field of that name holds a token against forged requests."""
    plain = "".join(letter for letter in name.lower() if letter.isalpha())
    return any(word in plain for word in _TOKEN_WORDS)
