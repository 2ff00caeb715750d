"""Which characters of a text are code, and which are data inside it: SQL statements and shell commands.

Standard library only: written tests take a copy along. Texts that an injection has broken (a quote without its pair)
are read to their end, which a parser's tokeniser would refuse to do.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-z_0-9$\u0080-\uffff]+")
_DOLLAR = re.compile(r"\$([A-Za-z_\u0080-\uffff][A-Za-z_0-9\u0080-\uffff]*)?\$")

SQLITE, POSTGRESQL, MYSQL = "sqlite", "postgresql", "mysql"
_DIALECTS = {
    "sqlite3": SQLITE,
    "psycopg": POSTGRESQL,
    "psycopg2": POSTGRESQL,
    "asyncpg": POSTGRESQL,
    "pymysql": MYSQL,
}


def dialect_of(driver: str) -> str:
    """The SQL that a Python driver's server speaks."""
    return _DIALECTS.get(driver, SQLITE)


def sql_code(text: str, dialect: str) -> list[bool]:
    """For each character whether it is code: not inside a literal, a quoted identifier or a comment.

    SQLite: https://sqlite.org/lang_expr.html and lang_keywords.html; PostgreSQL: manual, section 4.1 (standard strings,
    E'' strings, dollar quotes, nested comments); MySQL: manual, section 9.1 (backslashes, double quotes for strings).
    """
    code = [True] * len(text)
    at = 0
    while at < len(text):
        end = _sql_data_end(text, at, dialect)
        if end is None:
            word = _WORD.match(text, at)
            at = word.end() if word and not _begins_escape(text, word, dialect) else at + 1
            continue
        code[at:end] = [False] * (end - at)
        at = end
    return code


def _begins_escape(text: str, word: re.Match[str], dialect: str) -> bool:
    """Whether the word is the E of E'...', or a dollar quote begins in it."""
    return dialect == POSTGRESQL and (
        (word[0].upper() == "E" and text[word.end() : word.end() + 1] == "'") or word[0].startswith("$")
    )


def _sql_data_end(text: str, at: int, dialect: str) -> int | None:
    """Where the data that begins at `at` ends; None when none begins there."""
    here, two = text[at], text[at : at + 2]
    if two == "--" and (dialect != MYSQL or text[at + 2 : at + 3] in {"", " ", "\t", "\n"}):
        return _find(text, "\n", at)
    if here == "#" and dialect == MYSQL:
        return _find(text, "\n", at)
    if two == "/*":
        return _comment_end(text, at, nested=dialect == POSTGRESQL)
    if here == "'":
        return _quoted_end(text, at, "'", backslash=dialect == MYSQL)
    if dialect == POSTGRESQL and two.upper() == "E'":
        return _quoted_end(text, at + 1, "'", backslash=True)
    if here == '"':
        return _quoted_end(text, at, '"', backslash=dialect == MYSQL)
    if here == "`" and dialect != POSTGRESQL:
        return _quoted_end(text, at, "`", backslash=False)
    if here == "[" and dialect == SQLITE:
        return _find(text, "]", at)
    if here == "$" and dialect == POSTGRESQL and (tag := _DOLLAR.match(text, at)):
        closing = text.find(tag[0], tag.end())
        return len(text) if closing < 0 else closing + len(tag[0])
    return None


def _find(text: str, end: str, at: int) -> int:
    found = text.find(end, at)
    return len(text) if found < 0 else found + 1


def _comment_end(text: str, at: int, *, nested: bool) -> int:
    depth, at = 1, at + 2
    while at < len(text) and depth:
        two = text[at : at + 2]
        if two == "*/":
            depth, at = depth - 1, at + 2
        elif two == "/*" and nested:
            depth, at = depth + 1, at + 2
        else:
            at += 1
    return at


def _quoted_end(text: str, at: int, quote: str, *, backslash: bool) -> int:
    at += 1
    while at < len(text):
        if backslash and text[at] == "\\":
            at += 2
        elif text[at] != quote:
            at += 1
        elif text[at + 1 : at + 2] == quote:
            at += 2
        else:
            return at + 1
    return len(text)


def shell_code(text: str) -> list[bool]:
    """For each character whether a POSIX shell reads it as code: not quoted, not escaped, not in a comment.

    Inside double quotes the `$` and `` ` `` of a substitution, and what is substituted, are code (POSIX, XCU 2.2).
    """
    code = [True] * len(text)
    _shell(text, 0, code, closing="")
    return code


def _shell(text: str, at: int, code: list[bool], closing: str) -> int:
    """Read code from `at` until `closing` (")" or "`") or the end; returns where it ends."""
    while at < len(text):
        here = text[at]
        if closing and here == closing:
            return at + 1
        if here == "\\":
            code[at : at + 2] = [False] * len(text[at : at + 2])
            at += 2
        elif here == "'":
            end = _find(text, "'", at + 1)
            code[at:end] = [False] * (end - at)
            at = end
        elif here == '"':
            at = _double_quoted(text, at, code)
        elif here == "#" and (at == 0 or text[at - 1] in " \t\n;&|("):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            code[at:end] = [False] * (end - at)
            at = end
        elif text[at : at + 2] == "$(":
            at = _shell(text, at + 2, code, ")")
        elif here == "`" and closing != "`":
            at = _shell(text, at + 1, code, "`")
        else:
            at += 1
    return at


def _double_quoted(text: str, at: int, code: list[bool]) -> int:
    code[at] = False
    at += 1
    while at < len(text):
        here = text[at]
        if here == '"':
            code[at] = False
            return at + 1
        if here == "\\":
            code[at : at + 2] = [False] * len(text[at : at + 2])
            at += 2
        elif text[at : at + 2] == "$(":
            at = _shell(text, at + 2, code, ")")
        elif here == "`":
            at = _shell(text, at + 1, code, "`")
        else:
            code[at] = False
            at += 1
    return at


def active(text: str, code: list[bool], probe: str) -> int | None:
    """Where the probe stands with every character but its first as code; None when it stands nowhere so.

    The first character of a probe only makes sure that the next one came with the payload.
    """
    lower, at = text.lower(), -1
    while (at := lower.find(probe.lower(), at + 1)) >= 0:
        if all(code[at + 1 : at + len(probe)]):
            return at + 1
    return None


def template_code(text: str) -> list[bool]:
    """For each character whether Jinja or Django reads it as code, within `{{ }}` or `{% %}`."""
    code = [False] * len(text)
    for match in _TEMPLATE.finditer(text):
        if match["code"] is not None:
            code[match.start() : match.end()] = [True] * (match.end() - match.start())
    return code


_TEMPLATE = re.compile(
    r"\{#.*?(?:#\}|$)"
    r"|\{%-?\s*(?P<verbatim>raw|verbatim)\s*-?%\}.*?(?:\{%-?\s*end(?P=verbatim)\s*-?%\}|$)"
    r"|(?P<code>\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$))",
    re.DOTALL,
)
