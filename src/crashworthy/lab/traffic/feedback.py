"""What a refusal teaches: which input was wrong, and what it should have been."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from crashworthy.core.history import Exchange
from crashworthy.core.value import Json
from crashworthy.lab.traffic.facts import Slot
from crashworthy.lab.traffic.names import word_set, words
from crashworthy.lab.traffic.schema import Schema
from crashworthy.lab.traffic.wishes import MISSING, NO_PATCH, QUOTED, file_wish, patch_of

Path = tuple[str, ...]

_MAX_TEXTS = 40
_MAX_BODY = 20_000
_WHERE = {"body": "body", "json": "body", "form": "body", "query": "query", "path": "path", "header": "header"}
_GENERAL = word_set(
    "error errors detail details message messages msg description reason title json body form query data fields "
    "non_field_errors __all__ _schema validation validation_errors"
)
_POINTING_KEYS = ("field", "param", "parameter", "name", "path", "pointer", "property", "attribute", "source", "key")

_MESSAGE_KEYS = ("message", "msg", "detail", "description", "error", "reason")

# Of an input, as documents write it; those of the request itself are no inputs to make up.
_HEADER_NAME = re.compile(r"\b[A-Z][A-Za-z0-9]*(?:-[A-Z][A-Za-z0-9]*)+\b")
_NO_INPUTS = frozenset({"content-type", "content-length", "accept-encoding", "user-agent", "www-authenticate"})

_TAKEN = re.compile(
    r"already (exists?|taken|in use|registered|used|has)|\btaken\b|duplicate|must be unique|not unique|in use|exists"
)
_STATE = re.compile(
    r"insufficient|not enough|too (low|few|little)|exceed|balance|out of stock|sold out|unavailable|not available|"
    r"empty|full|closed|expired|cancel|paid|pending|draft|status|state|must (first )?be|has no|no longer|not (yet )?"
    r"(active|open|approved|confirmed|started|ready|published)|only .* can|cannot|can not|can't|already"
)
_DECREASE = re.compile(
    r"more than (?!one\b)|too (much|many|large|big|high)|exceed|overpa(y|id)|only .{0,20}\b(left|due|open)\b"
)
_INCREASE = re.compile(r"insufficient|not enough|balance|funds|stock|sold out|available|too low|credit|capacity|empty")


@dataclass
class Feedback:
    """`patches` say what a field's schema should be (None: leave it out); `texts` are the messages, lower case."""

    patches: dict[Path, Schema | None] = field(default_factory=dict)
    mentioned: set[Path] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    taken: bool = False
    state: bool = False
    increase: bool = False
    decrease: bool = False
    csrf: bool = False

    @property
    def text(self) -> str:
        """All messages in one line."""
        return " ".join(self.texts)


def read_feedback(
    exchange: Exchange, slots: Sequence[Slot], given: Sequence[Path], *, has_body: bool = True
) -> Feedback:
    """Read the refusal in `exchange` of a request with these inputs, of which `given` were sent.

    Inputs that nothing declares are taken to belong in the body, or in the query where there is none.
    """
    elsewhere = "body" if has_body else "query"
    sent = _sent(exchange)
    result = Feedback()
    if exchange.response is None:
        return result
    for at, text in _messages(exchange.response.body):
        lower = text.lower()
        result.texts.append(lower)
        forgery = "csrf" in lower or "xsrf" in lower
        # A token against forgery is no input to make up; see `look`.
        fields = [] if forgery else _fields(at, text, slots, elsewhere, given)
        fields += [path for path, value in sent.items() if path not in fields and value in text]
        result.mentioned.update(fields)
        if _TAKEN.search(lower) and not MISSING.search(lower):
            result.taken = True
        result.state = result.state or bool(_STATE.search(lower))
        result.increase = result.increase or bool(_INCREASE.search(lower))
        result.decrease = result.decrease or bool(_DECREASE.search(lower))
        result.csrf = result.csrf or forgery
        alternatives = _alternatives(lower, fields, given)
        result.patches.update(alternatives)
        files = [slot.path for slot in slots if slot.data_schema.get("format") == "binary"]
        wanted = file_wish(text) if files else {}
        meant = ([path for path in files if path in fields] or files[:1]) if wanted else []
        for path in meant:
            result.patches[path] = {**(result.patches.get(path) or {}), **wanted}
        for path in fields:
            if path in alternatives or path in meant:
                continue
            patch = patch_of(path, text, given)
            if isinstance(patch, dict) and "type" in patch and _is_of_element(at, path):
                patch = {"type": "array", "items": patch}
            if patch == {"minLength": 1}:
                patch = _of_another_type(path, exchange) or patch
            if patch is not NO_PATCH:
                result.patches[path] = patch  # type: ignore[assignment]
    return result


def _alternatives(lower: str, fields: Sequence[Path], given: Sequence[Path]) -> dict[Path, Schema | None]:
    """For "exactly one of a and b": the first of them stays or comes, the others go."""
    if len(fields) < 2 or not re.search(r"\b(one of|either|only one|both|mutually exclusive|not .* together)\b", lower):
        return {}
    kept = next((path for path in fields if path in given), fields[0])
    return {path: {} if path == kept else None for path in fields}


def _is_of_element(at: tuple[str, ...], path: Path) -> bool:
    """Whether the message stands at a number below the name: it is said of one element of a list."""
    return any(name == path[-1] and after.isdigit() for name, after in pairwise(at))


def _of_another_type(path: Path, exchange: Exchange) -> Schema | None:
    """What is called missing though it was sent is not of the type that is looked for."""
    try:
        value: Json = json.loads(exchange.request.body or "")
    except (ValueError, RecursionError):
        return None
    for name in path[1:] if path[0] == "body" else ():
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, bool) or value is None or value == "" or path[0] != "body":
        return None
    if isinstance(value, int | float):
        return {"type": "string", "pattern": "^[1-9][0-9]?$"}
    return {"type": "integer"} if isinstance(value, str) else None


def _sent(exchange: Exchange) -> dict[Path, str]:
    """Texts at the top of a JSON body that are peculiar enough to be known again in a message."""
    try:
        body = json.loads(exchange.request.body or "")
    except (ValueError, RecursionError):
        return {}
    items = body.items() if isinstance(body, dict) else ()
    return {("body", name): value for name, value in items if isinstance(value, str) and len(value) >= 5}


def _messages(body: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Texts of an error body, each with the names that lead to it or stand beside it."""
    try:
        document: Json = json.loads(body)
    except (ValueError, RecursionError):
        start = body[:_MAX_BODY]
        plain = re.sub(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", start, flags=re.DOTALL | re.IGNORECASE)
        yield (), " ".join(plain.split())[:600]
        return
    left = _MAX_TEXTS
    stack: list[tuple[tuple[str, ...], Json]] = [((), document)]
    while stack and left:
        at, item = stack.pop(0)
        if isinstance(item, str):
            left -= 1
            yield at, item[:600]
        elif isinstance(item, list):
            stack += [(at, below) for below in item[:20]]
        elif isinstance(item, dict):
            yield from _entry(at, item)
            stack += [
                ((*at, key), below)
                for key, below in item.items()
                if key not in ("loc", "input", "url", "ctx", "type", "msg", "traceback", "stack")
            ]


def _entry(at: tuple[str, ...], item: dict[str, Json]) -> Iterator[tuple[tuple[str, ...], str]]:
    """An entry that names the field beside the message, as Pydantic and many others write it."""
    where = item.get("loc")
    if isinstance(where, list):
        names = tuple(str(part) for part in where if not isinstance(part, int))
        context = item.get("ctx")
        details = ""
        if isinstance(context, dict):
            details = " ".join(
                f"{key} {value}" for key, value in context.items() if isinstance(value, (str, int, float))
            )
        yield ("loc", *names), f"{item.get('msg', '')} ({item.get('type', '')}) {details}".strip()
        return
    if isinstance(item.get("msg"), str):
        yield at, str(item["msg"])
    place = item.get("location", item.get("in"))
    located = ("loc", place) if isinstance(place, str) and place in _WHERE else at
    for key in _POINTING_KEYS:
        name = item.get(key)
        if isinstance(name, str) and re.fullmatch(r"[/#\w.\-\[\]$]{1,80}", name):
            message = next((item[each] for each in _MESSAGE_KEYS if isinstance(item.get(each), str)), None)
            if isinstance(message, str):
                yield (*located, *(part for part in re.split(r"[/.\[\]#$]+", name) if part)), message


def _fields(at: tuple[str, ...], text: str, slots: Sequence[Slot], elsewhere: str, given: Sequence[Path]) -> list[Path]:
    """Which inputs a message is about."""
    if at[:1] == ("loc",):
        located = _located(at[1:], slots, missing=MISSING.search(text.lower()) is not None)
        if located and located != [("body",)]:
            return located
        at = ()
    # Below a number are the fields of one element of a list, whatever they are called.
    element = max((place for place, name in enumerate(at) if name.isdigit()), default=len(at))
    named = (*(name for name in at[:element] if name.lower() not in _GENERAL), *at[element:])
    names = [name for name in named if not name.isdigit() and name != "non_field_errors"]
    if not names and re.match(r"this field\b", text, re.IGNORECASE):
        # It is said of something, and be it of a field called "reason".
        names = list(at[-1:])
    if len(names) > 1 and MISSING.search(text.lower()):
        # Of an element of a list, or of an object, of which only the whole is declared.
        whole = next((slot for slot in slots if slot.name == names[0]), None)
        if whole is not None and not any(slot.name == names[-1] for slot in slots):
            return [(*whole.path, *names[1:])]
    if names:
        own = [slot.path for slot in slots if slot.name in names]
        if own:
            deepest = [path for path in own if path[-1] == names[-1]]
            return deepest or own
        # What an earlier message asked for and nothing declares.
        asked = [path for path in given if path[-1] == names[-1]]
        if asked:
            return asked
    declared = dict.fromkeys(slot.path for slot in slots)
    around = {path[:length] for path in (*declared, *given) for length in range(len(path))}
    taught = [path for path in given if path not in declared and path not in around]
    found = [path for path in (*declared, *taught) if _says(text, path[-1])]
    if not found:
        # What a path names by the word before it.
        found = [slot.path for slot in slots if slot.path[0] == "path" and slot.noun and _says(text, slot.noun[-1])]
    if found:
        longest = [
            path
            for path in found
            if not any(path[-1] != o[-1] and path[-1] in o[-1] and not _alone(text, path[-1], o[-1]) for o in found)
        ]
        return longest or found
    if MISSING.search(text.lower()):
        headers = [name for name in _HEADER_NAME.findall(text) if name.lower() not in _NO_INPUTS]
        if headers and "header" in text.lower():
            return [("header", name) for name in headers[:2]]
        # A field that nothing declares: remembered under the body by the name that the message gives it.
        said = QUOTED.findall(text) or re.findall(
            r"\b([a-z]\w*) (?:field |parameter )?(?:is|are) (?:required|missing)", text
        )
        for several in re.findall(r"\b((?:[a-z]\w*(?:, (?:and )?| and ))+[a-z]\w*) are (?:required|missing)", text):
            said = re.split(r", (?:and )?| and ", several)
        said = said or re.findall(r"^([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b", text)
        said = said or re.findall(r"missing(?: required)?(?: field| parameter)?s?:? ([a-z_]\w*)", text.lower())
        names_of = names[-1:] or said
        return [_at(elsewhere, name) for name in names_of if re.fullmatch(r"[A-Za-z_]\w{0,40}", name)][:4]
    return []


def _at(place: str, name: str) -> Path:
    return (place, name)


def _located(where: tuple[str, ...], slots: Sequence[Slot], *, missing: bool = False) -> list[Path]:
    """The input at a location; one that is `missing` may be undeclared, beside others of the same object."""
    if not where:
        return []
    place = _WHERE.get(where[0], "body")
    names = where[1:] if where[0] in _WHERE else where
    for length in range(len(names), 0, -1):
        path = (place, *names[:length])
        if missing and length == len(names) - 1 and any(_holds(slot, path) for slot in slots):
            return [(*path, names[-1])]
        if any(slot.path == path or slot.path[: len(path)] == path for slot in slots):
            return [path]
    # Unions put the names of their members in between.
    own = [slot.path for slot in slots if slot.path[0] == place and slot.name in names]
    return own[:1] or ([(place, *names)] if names else [])


def _holds(slot: Slot, path: Path) -> bool:
    """Whether there is an object with properties at the path, of which the slot is one, or which it is."""
    return slot.path[: len(path)] == path and (slot.path != path or slot.data_schema.get("type") == "object")


def _says(text: str, name: str) -> bool:
    if re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", text):
        return True
    parts = words(name)
    if len(parts) == 1 and len(parts[0]) < 4:
        return False
    spoken = [word.lower() for word in re.findall(r"[A-Za-z0-9]+", text)]
    plain = [word.lower() for word in re.split(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])", name) if word]
    return any(spoken[n : n + len(plain)] == plain for n in range(len(spoken)))


def _alone(text: str, short: str, long: str) -> bool:
    return bool(re.search(rf"(?<![\w]){re.escape(short)}(?![\w])", text.replace(long, "")))
