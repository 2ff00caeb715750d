"""What a browser would make of an answer: is it a page, and is there script of ours in it? Pure."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from crashworthy.core.history import Exchange, Response

_PAGES = ("text/html", "application/xhtml+xml", "image/svg+xml")
_INLINE = re.compile(r"'unsafe-inline'", re.IGNORECASE)


def is_page(exchange: Exchange) -> bool:
    """Whether a browser would render the answer as a page: by its declared type only, as it does with "nosniff"."""
    response = exchange.response
    if response is None or "attachment" in response.header("Content-Disposition").lower():
        return False
    return response.header("Content-Type").partition(";")[0].strip().lower() in _PAGES


def payload(word: str) -> str:
    """A text that is script wherever markup is not escaped: in text, in attributes with quotes, in titles."""
    return f"\"'></title></textarea></script><img src=x onerror={word}()>"


def script_of(exchange: Exchange, word: str) -> str | None:
    """Where the page holds `word` as an event handler of an element, as a browser's parser reads it; None: nowhere."""
    if not is_page(exchange) or exchange.response is None or word not in exchange.response.body:
        return None
    for node in LexborHTMLParser(exchange.response.body).css("img"):
        if (node.attributes.get("onerror") or "") == f"{word}()":
            return f'<img src="x" onerror="{word}()">'
    return None


def forbids_inline_script(response: Response) -> bool:
    """Whether the content security policy keeps such handlers from running (CSP level 3, section 8.2)."""
    policy = response.header("Content-Security-Policy")
    rules = {rule.strip().partition(" ")[0].lower(): rule for rule in policy.split(";") if rule.strip()}
    rule = rules.get("script-src-attr") or rules.get("script-src") or rules.get("default-src")
    return rule is not None and not _INLINE.search(rule)
