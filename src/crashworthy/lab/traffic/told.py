"""What a service says elsewhere than in its answers: on its output and by mail, where codes and links are that only the
owner of an address should see.

Whoever runs a copy tells how to read that (`listening`). A player adds what was said during a request to its answer, as
a header that no service sends; steps save from it as from any other.
"""

from __future__ import annotations

import email
import email.policy
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from crashworthy.core.history import Response

TOLD = "X-Crashworthy-Told"
"""The header under which a player puts what was said during a request."""

_MOST_CHARACTERS = 4000
_PATIENCE_S = 0.15
_POLL_S = 0.01
_readers: dict[str, Callable[[], str]] = {}


@contextmanager
def listening(base_url: str, read: Callable[[], str]) -> Iterator[None]:
    """As long as this lasts, `read` gives all that the copy at this address has said so far."""
    _readers[base_url] = read
    try:
        yield
    finally:
        _readers.pop(base_url, None)


def so_far(base_url: str) -> str:
    """All that was said; empty where nobody listens."""
    read = _readers.get(base_url)
    return read() if read else ""


def with_told(response: Response, base_url: str, before: str, patterns: Sequence[str] = ()) -> Response:
    """The answer with what was said since `before`; waits a little for what is to match one of the patterns."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        text = _since(before, so_far(base_url))
        if all(re.search(pattern, text) for pattern in patterns) or time.monotonic() > until:
            break
        time.sleep(_POLL_S)
    return response.model_copy(update={"headers": (*response.headers, (TOLD, text))}) if text else response


def _since(before: str, now: str) -> str:
    """What came after; of lines, those that are no access log."""
    new = now[len(before) :] if now.startswith(before) else now.rpartition(before[-200:])[2]
    lines = [line for line in new.splitlines() if line.strip() and not re.search(r"HTTP/\d", line)]
    return "\n".join(lines)[-_MOST_CHARACTERS:]


def text_of_mail(message: bytes) -> str:
    """The subject and the text of a mail, decoded."""
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    body = parsed.get_body(("plain", "html"))
    try:
        content = body.get_content() if body is not None else ""
    except (LookupError, ValueError):
        content = ""
    return f"{parsed.get('Subject', '')}\n{content}\n"
