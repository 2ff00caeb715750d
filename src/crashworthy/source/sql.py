"""Just enough of SQL to see which rows a statement reads, writes and locks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_NAME = r'[`"\[]?(?:\w+[`"\]]?\.[`"\[]?)?(\w+)[`"\]]?'
_PLACEHOLDER = re.compile(r"\?|%s|%\((\w+)\)s|\$(\d+)|(?<![:\w]):(\w+)")


@dataclass(frozen=True)
class Statement:
    """A statement.

    `kind` is "select", "insert", "update", "delete", "begin", "commit", "rollback", "lock" or "other".
    `filters` are columns compared in WHERE. `sets` maps a column to its placeholder: a position (from 0), a name,
    or None when it is set to something else. `relative` are columns set from their own old value; `placeholders`
    counts those before WHERE. `columns` are those that are inserted or selected.
    """

    kind: str
    table: str = ""
    filters: frozenset[str] = frozenset()
    sets: tuple[tuple[str, int | str | None], ...] = ()
    relative: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()
    placeholders: int = 0
    locks: bool = False
    is_count: bool = False
    ignores_conflict: bool = False


@lru_cache(maxsize=4096)
def read(sql: str) -> Statement:
    """What a statement does; "other" when it cannot be told."""
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text).strip()
    upper = text.upper()
    if upper.startswith("WITH ") and (match := re.search(r"\)\s*(SELECT|UPDATE|INSERT|DELETE)\b", upper)):
        text, upper = text[match.start(1) :], upper[match.start(1) :]
    word = upper.partition(" ")[0].rstrip(";")
    if word in {"BEGIN", "START"}:
        return Statement("begin", locks="IMMEDIATE" in upper or "EXCLUSIVE" in upper or "SERIALIZABLE" in upper)
    if word in {"COMMIT", "END", "ROLLBACK"}:
        return Statement("rollback" if word == "ROLLBACK" else "commit")
    if word == "LOCK" or "PG_ADVISORY" in upper or "GET_LOCK(" in upper or "SERIALIZABLE" in upper:
        return Statement("lock", locks=True)
    reader = {"SELECT": _select, "UPDATE": _update, "INSERT": _insert, "REPLACE": _insert, "DELETE": _delete}.get(word)
    return reader(text) if reader is not None else Statement("other")


def _where(text: str) -> str:
    match = re.search(r"\bWHERE\b(.*)", text, re.IGNORECASE)
    return (
        re.split(r"\b(?:GROUP BY|ORDER BY|LIMIT|RETURNING|FOR UPDATE)\b", match[1], flags=re.IGNORECASE)[0]
        if match
        else ""
    )


def _filters(text: str) -> frozenset[str]:
    found = re.findall(
        r"(\w+)[`\"\]]?\s*(?:=|<>|!=|<=|>=|<|>|\bIS\b|\bIN\b|\bLIKE\b|\bBETWEEN\b|\bNOT\b)", text, re.IGNORECASE
    )
    names = {name.lower() for name in found}
    return frozenset(names - {"and", "or", "not", "where", "is", "null"})


def _select(text: str) -> Statement:
    match = re.search(rf"\bFROM\s+{_NAME}", text, re.IGNORECASE)
    selected = text[: match.start()] if match else text
    counts = re.search(r"\b(?:COUNT|SUM|MAX|MIN|AVG|EXISTS)\s*\(", selected, re.IGNORECASE) is not None
    locks = re.search(r"\bFOR\s+(?:NO KEY\s+)?UPDATE\b", text, re.IGNORECASE) is not None
    return Statement(
        "select",
        match[1].lower() if match else "",
        _filters(_where(text)),
        columns=_selected(selected),
        locks=locks,
        is_count=counts and "GROUP BY" not in text.upper(),
    )


def _selected(text: str) -> tuple[str, ...]:
    """The names of the columns of a result, "*" where a name cannot be told; () for `SELECT *`."""
    names = []
    for part in _split(re.sub(r"^SELECT\s+(?:DISTINCT\s+|ALL\s+)?", "", text, flags=re.IGNORECASE)):
        match = re.search(r"(?:\bAS\s+|\.|^)[`\"\[]?(\w+)[`\"\]]?$", part.strip(), re.IGNORECASE)
        if part.strip().endswith("*"):
            return ()
        names.append(match[1].lower() if match else "*")
    return tuple(names)


def _update(text: str) -> Statement:
    match = re.match(
        rf"UPDATE\s+(?:OR\s+\w+\s+|ONLY\s+)?{_NAME}(?:\s+(?:AS\s+)?\w+)?\s+SET\s+(.*)", text, re.IGNORECASE
    )
    if match is None:
        return Statement("other")
    assignments = re.split(r"\bWHERE\b|\bRETURNING\b|\bFROM\b", match[2], flags=re.IGNORECASE)[0]
    position = 0
    sets: list[tuple[str, int | str | None]] = []
    relative: set[str] = set()
    for part in _split(assignments):
        column_text, _, value = part.partition("=")
        column = re.sub(r"\W", "", column_text.strip().rpartition(".")[2]).lower()
        holders = list(_PLACEHOLDER.finditer(value))
        if re.search(rf"\b{re.escape(column)}\b", value, re.IGNORECASE) and not _is_named_like(holders, column):
            relative.add(column)
        if len(holders) == 1 and holders[0][0] == value.strip():
            sets.append((column, _key(holders[0], position)))
        else:
            sets.append((column, None))
        position += len(holders)
    return Statement(
        "update", match[1].lower(), _filters(_where(text)), tuple(sets), frozenset(relative), placeholders=position
    )


def _is_named_like(holders: list[re.Match[str]], column: str) -> bool:
    """`stock = :stock` names its placeholder after the column, and does not read the column."""
    return len(holders) == 1 and column in {(holders[0][1] or "").lower(), (holders[0][3] or "").lower()}


def _key(holder: re.Match[str], position: int) -> int | str:
    if holder[1] or holder[3]:
        return holder[1] or holder[3]
    return int(holder[2]) - 1 if holder[2] else position


def _insert(text: str) -> Statement:
    match = re.match(
        rf"(?:INSERT|REPLACE)\s+(?:OR\s+(\w+)\s+|IGNORE\s+)?INTO\s+{_NAME}\s*(?:\(([^)]*)\))?", text, re.IGNORECASE
    )
    if match is None:
        return Statement("other")
    columns = tuple(re.sub(r"\W", "", name).lower() for name in (match[3] or "").split(",") if name.strip())
    ignores = re.search(
        r"\bON\s+(?:CONFLICT|DUPLICATE)\b|\bWHERE\s+NOT\s+EXISTS\b|\bINSERT\s+IGNORE\b", text, re.IGNORECASE
    )
    guarded = re.search(r"\)\s*SELECT\b.*\bWHERE\b", text, re.IGNORECASE)
    return Statement("insert", match[2].lower(), columns=columns, ignores_conflict=bool(ignores or match[1] or guarded))


def _delete(text: str) -> Statement:
    match = re.match(rf"DELETE\s+FROM\s+{_NAME}", text, re.IGNORECASE)
    return Statement("delete", match[1].lower(), _filters(_where(text))) if match else Statement("other")


def _split(text: str) -> list[str]:
    """Split at commas that are outside parentheses and quotes."""
    parts, depth, start, quote = [], 0, 0, ""
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]


def unique_columns(script: str) -> dict[str, list[frozenset[str]]]:
    """Per table the sets of columns that a schema script declares unique."""
    found: dict[str, list[frozenset[str]]] = {}
    for table, parts in _tables(script):
        unique = found.setdefault(table, [])
        for part in parts:
            named = re.match(r"\s*(?:CONSTRAINT\s+\w+\s+)?(?:UNIQUE|PRIMARY\s+KEY)\s*\(([^)]*)\)", part, re.IGNORECASE)
            column = re.match(r"\s*[`\"\[]?(\w+)", part)
            if named:
                unique.append(_names(named[1]))
            elif column and re.search(r"\bUNIQUE\b|\bPRIMARY\s+KEY\b", part, re.IGNORECASE):
                unique.append(frozenset({column[1].lower()}))
    pattern = rf"CREATE\s+UNIQUE\s+INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?\S+\s+ON\s+{_NAME}\s*\(([^)]*)\)"
    for match in re.finditer(pattern, re.sub(r"--[^\n]*", " ", script), re.IGNORECASE):
        found.setdefault(match[1].lower(), []).append(_names(match[2]))
    return found


def _body(text: str, start: int) -> str:
    depth = 1
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return text[start:position]
    return text[start:]


def _names(listed: str) -> frozenset[str]:
    return frozenset(re.sub(r"\W", "", name).lower() for name in listed.split(",") if name.strip())


_TYPES = (
    (re.compile(r"BOOL", re.IGNORECASE), "boolean"),
    (re.compile(r"INT|SERIAL", re.IGNORECASE), "integer"),
    (re.compile(r"REAL|FLOA|DOUB|NUMERIC|DECIMAL", re.IGNORECASE), "number"),
    (re.compile(r"CHAR|TEXT|CLOB|UUID", re.IGNORECASE), "string"),
)


def column_types(script: str) -> dict[str, dict[str, str]]:
    """Per table the JSON types of its columns, as a schema script declares them."""
    found: dict[str, dict[str, str]] = {}
    for table, parts in _tables(script):
        types = found.setdefault(table, {})
        for part in parts:
            match = re.match(r"\s*[`\"\[]?(\w+)[`\"\]]?\s+(\w+)", part)
            kind = next((kind for pattern, kind in _TYPES if match and pattern.search(match[2])), None)
            if match and kind:
                types[match[1].lower()] = kind
    return found


def _tables(script: str) -> list[tuple[str, list[str]]]:
    text = re.sub(r"--[^\n]*", " ", script)
    pattern = rf"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}\s*\("
    return [(match[1].lower(), _split(_body(text, match.end()))) for match in re.finditer(pattern, text, re.IGNORECASE)]
