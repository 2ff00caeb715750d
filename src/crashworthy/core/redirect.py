"""Redirects as answers: pages answer a form that way (RFC 9110, section 15.4.4), and turn callers away."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_SEEN_ELSEWHERE = frozenset({302, 303, 307})
_LOGIN_PAGE = re.compile(r"log-?_?in\b|sign-?_?in\b|\bauth\b", re.IGNORECASE)
_LEADING_TO_LOGIN = frozenset({"register", "registration", "signup", "join", "logout", "signout", "reset", "verify"})
_WAY_BACK = re.compile(r"[?&](next|return|redirect|continue)")


def leads_on(method: str, url: str, operation: str, status: int, location: str) -> bool:
    """Whether the answer says "done, go on there", as far as that can be told: not to a login, and not in a circle."""
    if status not in _SEEN_ELSEWHERE or not location or leads_to_itself(method, url, status, location):
        return False
    if not _LOGIN_PAGE.search(location):
        return True
    # Who has just signed up, or logged out, is led to the login page as well; who is turned away is led back later.
    came_from = {part for part in re.split(r"[^a-z]+", operation.rpartition(" ")[2].lower()) if part}
    return bool(came_from & _LEADING_TO_LOGIN) and not _WAY_BACK.search(location)


def leads_to_itself(method: str, url: str, status: int, location: str) -> bool:
    """Whether the answer leads to the same path in another spelling, which says nothing of what is there.

    From the very same path, forms are led to their page; what only reads goes round in a circle.
    """
    if status not in (301, 302, 303, 307, 308):
        return False
    sent, told = urlsplit(url).path, urlsplit(location).path
    return _spelt(sent) == _spelt(told) != "" and (sent != told or method == "GET")


def _spelt(path: str) -> str:
    return unquote(path.replace("~", "%")).rstrip("/").lower()
