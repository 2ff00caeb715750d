"""What a statement does, from its words alone: of SQL, and commands of Redis."""

from __future__ import annotations

import re
from json.encoder import encode_basestring_ascii as quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_STATEMENT = 2000
MAX_LEXED = 100_000
MAX_CACHED = 2000

REDIS = "redis"
"""The driver of commands."""

# What is not named here is taken for a reading, a script for a writing: most are for changing several keys at once.
_CHANGES_KEYS = re.compile(
    r"(SET|GETSET|GETDEL|GETEX|SETEX|PSETEX|SETNX|SETRANGE|SETBIT|MSET(NX)?|APPEND|(INCR|DECR)(BY|BYFLOAT)?|DEL|UNLINK"
    r"|P?EXPIRE(AT)?|PERSIST|RENAME(NX)?|COPY|MOVE|RESTORE|FLUSHDB|FLUSHALL|EVAL(SHA)?|FCALL"
    r"|H(SET(NX|EX)?|MSET|DEL|GETDEL|GETEX|INCRBY(FLOAT)?)|[BLR]*(PUSHX?|POP|MOVE|POPLPUSH)|L(SET|REM|INSERT|TRIM|MPOP)"
    r"|S(ADD|REM|POP|MOVE|INTERSTORE|UNIONSTORE|DIFFSTORE)|B?Z(ADD|REM\w*|INCRBY|POPMIN|POPMAX|MPOP|\w+STORE)"
    r"|X(ADD|DEL|TRIM|ACK|CLAIM|AUTOCLAIM|GROUP|READGROUP)|PFADD|PFMERGE|GEOADD|BITFIELD|BITOP|PUBLISH)",
    re.IGNORECASE,
)
_CHANGES_DATA = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "TRUNCATE", "UPSERT"})
_CHANGES_SCHEMA = frozenset({"ALTER", "CREATE", "DROP"})
_COMMITS = frozenset({"COMMIT", "END"})
_ROLLS_BACK = frozenset({"ROLLBACK", "ABORT"})
_TO_SAVEPOINT = re.compile(r"\bTO\b", re.IGNORECASE)
# Comments, literals and quoted identifiers of SQLite, PostgreSQL and MySQL; then words and the marks that matter.
_TOKEN = re.compile(
    r"""
      --[^\n]* | \#[^\n]*(?=\n|$) | /\*.*?(?:\*/|$)
    | '(?:[^'\\]|''|\\.)*(?:'|$) | "(?:[^"]|"")*(?:"|$) | `[^`]*(?:`|$) | \[[^\]]*(?:\]|$)
    | \$(?P<tag>[A-Za-z_]*)\$.*?(?:\$(?P=tag)\$|$)
    | (?P<word>[A-Za-z_][A-Za-z_0-9$]*) | (?P<mark>[();])
    """,
    re.VERBOSE | re.DOTALL,
)


class Statement:
    """What the hooks need to know of a statement; `encoded` is the text as it goes into events."""

    __slots__ = ("commits", "data_write", "encoded", "rolls_back", "write")

    def __init__(self, text: str, *, is_command: bool = False) -> None:
        if is_command:
            self.data_write = self.write = bool(_CHANGES_KEYS.fullmatch(text.partition(" ")[0]))
            self.commits = self.rolls_back = False
            self.encoded = quote(text[:MAX_STATEMENT])
            return
        first, verbs = _verbs(text[:MAX_LEXED])
        self.data_write = not verbs.isdisjoint(_CHANGES_DATA)
        self.write = self.data_write or not verbs.isdisjoint(_CHANGES_SCHEMA)
        self.commits = first in _COMMITS
        self.rolls_back = first in _ROLLS_BACK and not _TO_SAVEPOINT.search(text[:MAX_STATEMENT])
        self.encoded = quote(text[:MAX_STATEMENT])


_cache: dict[str, Statement] = {}


def understand(statement: Any, driver: str = "") -> Statement:
    """The statement, whatever type the driver accepts; from a cache, as services repeat theirs."""
    if driver == REDIS:
        return Statement(str(statement), is_command=True)
    text = statement if type(statement) is str else text_of(statement)
    try:
        return _cache[text]
    except KeyError:
        if len(_cache) >= MAX_CACHED:
            _cache.clear()
        known = _cache[text] = Statement(text)
        return known


def text_of(statement: Any) -> str:
    """The text of a statement, whatever type the driver accepts."""
    if isinstance(statement, str):
        return str(statement)
    if isinstance(statement, bytes | bytearray):
        return bytes(statement).decode("utf-8", "replace")
    try:
        # psycopg.sql.Composable; quoting does not matter here, so no connection is needed.
        return str(statement.as_string(None))
    except Exception:
        return str(statement)


def _verbs(text: str) -> tuple[str, set[str]]:
    """The first word, and all words that stand where a statement, or the body of a CTE, begins."""
    first = ""
    verbs: set[str] = set()
    begins, inside_with, depth, before = True, False, 0, ""
    tokens = list(_TOKEN.finditer(text))
    for index, token in enumerate(tokens):
        mark, word = token["mark"], token["word"]
        if mark == ";" and depth == 0:
            begins, inside_with, before = True, False, ""
        elif mark == "(":
            depth += 1
            before = "("
        elif mark == ")":
            depth = max(0, depth - 1)
            before = ")"
        elif word is not None:
            verb = word.upper()
            first = first or verb
            if begins:
                begins = False
                inside_with = verb in {"WITH", "EXPLAIN"}
                verbs.add(_copy_direction(tokens[index + 1 :]) if verb == "COPY" else verb)
            elif inside_with and (before == "(" or (depth == 0 and before == ")")):
                # After a parenthesis: the body of a CTE, or the statement that the CTEs are for.
                verbs.add(verb)
            before = verb
    return first, verbs


def _copy_direction(rest: list[re.Match[str]]) -> str:
    words = (token["word"].upper() for token in rest if token["word"])
    return "INSERT" if "FROM" in words else "COPY"
