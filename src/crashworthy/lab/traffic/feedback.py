"""What a refusal teaches: which input was wrong, and what it should have been."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crashworthy.core.history import Exchange
from crashworthy.core.value import Json
from crashworthy.lab.traffic.facts import Slot
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.schema import Schema

Path = tuple[str, ...]

_MAX_TEXTS = 40
_WHERE = {"body": "body", "json": "body", "form": "body", "query": "query", "path": "path", "header": "header"}
_POINTING_KEYS = ("field", "param", "parameter", "name", "path", "pointer", "property", "attribute", "source", "key")

_MISSING = re.compile(
    r"\brequired\b|\bmissing\b|must be (provided|given|set|present|specified)|cannot be (blank|empty|null)|"
    r"(can't|may not|must not) be (blank|empty|null)|not (provided|given|specified)|is needed|should be provided"
)
_UNKNOWN = re.compile(r"unknown|unexpected|not (allowed|permitted|recognized)|extra (field|input)|additional propert")
_TAKEN = re.compile(
    r"already (exists?|taken|in use|registered|used|has)|\btaken\b|duplicate|must be unique|not unique|in use|exists"
)
_CHOICES = re.compile(
    r"(?:one of|should be|must be in|allowed(?: values?)?(?: are)?|valid(?: values?| choices| options)?(?: are)?|"
    r"supported(?: values?)?(?: are)?|choose from|expected|either|available|options(?: are)?|in)\s*:?\s*"
    r"[\[({]?\s*((?:['\"`]?[\w.+/-]+['\"`]?\s*(?:,\s*(?:or |and )?|\s+or\s+|\s*\|\s*|\s*/\s*)\s*)+"
    r"['\"`]?[\w.+/-]+['\"`]?)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"['\"`]([\w.\- ]{1,60})['\"`]")
_LEAST = re.compile(
    r"(?:at least|minimum(?: of| is)?|min(?:imum)? |>=|no less than|not less than|greater than or equal to)"
    r"\s*(-?\d+(?:\.\d+)?)"
)
_MORE = re.compile(r"(?:greater than|more than|larger than|above|exceed|over|>)\s*(-?\d+(?:\.\d+)?)")
_MOST = re.compile(
    r"(?:at most|maximum(?: of| is)?|max(?:imum)? |<=|no more than|up to|less than or equal to|cannot exceed|"
    r"not exceed|within)\s*(-?\d+(?:\.\d+)?)"
)
_LESS = re.compile(r"(?:less than|smaller than|below|under|<)\s*(-?\d+(?:\.\d+)?)")
_BETWEEN = re.compile(r"(?:between |from )?(-?\d+(?:\.\d+)?)\s*(?:and|to|-|\.\.|\u2013)\s*(-?\d+(?:\.\d+)?)")
_STAMP = re.compile(
    r"\b(YYYY[-/.]?MM[-/.]?DD(?:[T ]HH:MM(?::SS)?Z?)?|DD[-/.]MM[-/.]YYYY|MM/DD/YYYY|HH:MM(?::SS)?)\b", re.IGNORECASE
)
_STRFTIME = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH": "%H", "hh": "%H", "mm": "%M", "SS": "%S", "ss": "%S"}
_STATE = re.compile(
    r"insufficient|not enough|too (low|few|little)|exceed|balance|out of stock|sold out|unavailable|not available|"
    r"empty|full|closed|expired|cancel|paid|pending|draft|status|state|must (first )?be|has no|no longer|not (yet )?"
    r"(active|open|approved|confirmed|started|ready|published)|only .* can|cannot|can not|can't|already"
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
        fields = _fields(at, text, slots, elsewhere)
        fields += [path for path, value in sent.items() if path not in fields and value in text]
        result.mentioned.update(fields)
        if _TAKEN.search(lower) and not _MISSING.search(lower):
            result.taken = True
        result.state = result.state or bool(_STATE.search(lower))
        result.increase = result.increase or bool(_INCREASE.search(lower))
        result.csrf = result.csrf or "csrf" in lower or "xsrf" in lower
        alternatives = _alternatives(lower, fields, given)
        result.patches.update(alternatives)
        for path in fields:
            if path in alternatives:
                continue
            patch = _patch(path, text, given)
            if patch is not _NO_PATCH:
                result.patches[path] = patch  # type: ignore[assignment]
    return result


def _alternatives(lower: str, fields: Sequence[Path], given: Sequence[Path]) -> dict[Path, Schema | None]:
    """For "exactly one of a and b": the first of them stays or comes, the others go."""
    if len(fields) < 2 or not re.search(r"\b(one of|either|only one|both|mutually exclusive|not .* together)\b", lower):
        return {}
    kept = next((path for path in fields if path in given), fields[0])
    return {path: {} if path == kept else None for path in fields}


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
        plain = re.sub(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", body, flags=re.DOTALL | re.IGNORECASE)
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
    for key in _POINTING_KEYS:
        name = item.get(key)
        if isinstance(name, str) and re.fullmatch(r"[/#\w.\-\[\]$]{1,80}", name):
            message = item.get("message") or item.get("msg") or item.get("detail") or item.get("error")
            if isinstance(message, str):
                yield (*at, *(part for part in re.split(r"[/.\[\]#$]+", name) if part)), message


def _fields(at: tuple[str, ...], text: str, slots: Sequence[Slot], elsewhere: str) -> list[Path]:
    """Which inputs a message is about."""
    if at[:1] == ("loc",):
        located = _located(at[1:], slots)
        if located and located != [("body",)]:
            return located
        at = ()
    names = [name for name in at if name not in ("error", "errors", "detail", "details", "message", "messages")]
    if names:
        own = [slot.path for slot in slots if slot.name in names]
        if own:
            deepest = [path for path in own if path[-1] == names[-1]]
            return deepest or own
    found = [slot.path for slot in slots if _says(text, slot.name)]
    if found:
        longest = [
            path
            for path in found
            if not any(path[-1] != o[-1] and path[-1] in o[-1] and not _alone(text, path[-1], o[-1]) for o in found)
        ]
        return longest or found
    if _MISSING.search(text.lower()) or names:
        # A field that nothing declares: remembered under the body by the name that the message gives it.
        quoted = _QUOTED.findall(text) or re.findall(
            r"\b([a-z]\w*) (?:field |parameter )?(?:is|are) (?:required|missing)", text
        )
        quoted = quoted or re.findall(r"^([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b", text)
        quoted = quoted or re.findall(r"missing(?: required)?(?: field| parameter)?s?:? ([a-z_]\w*)", text.lower())
        names_of = quoted or [name for name in names[-1:] if re.fullmatch(r"[A-Za-z_]\w*", name)]
        return [_at(elsewhere, name) for name in names_of if re.fullmatch(r"[A-Za-z_]\w{0,40}", name)][:4]
    return []


def _at(place: str, name: str) -> Path:
    return (place, name)


def _located(where: tuple[str, ...], slots: Sequence[Slot]) -> list[Path]:
    if not where:
        return []
    place = _WHERE.get(where[0], "body")
    names = where[1:] if where[0] in _WHERE else where
    for length in range(len(names), 0, -1):
        path = (place, *names[:length])
        if any(slot.path == path or slot.path[: len(path)] == path for slot in slots):
            return [path]
    # Unions put the names of their members in between.
    own = [slot.path for slot in slots if slot.path[0] == place and slot.name in names]
    return own[:1] or ([(place, *names)] if names else [])


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


_NO_PATCH = object()


def _patch(path: Path, text: str, given: Sequence[Path]) -> Schema | object | None:
    """The schema that the message asks for, None to leave the field out, or _NO_PATCH."""
    lower = text.lower()
    if path not in given and not any(each[: len(path)] == path for each in given) and _MISSING.search(lower):
        return _wish(lower, text, path)
    if _UNKNOWN.search(lower) and "value" not in lower and path in given and "one of" not in lower:
        return None
    wish = _wish(lower, text, path)
    if wish:
        return wish
    if path not in given:
        return {}
    if _MISSING.search(lower):
        return {"minLength": 1}
    return _NO_PATCH


def _wish(lower: str, text: str, path: Path) -> Schema:
    choices = _choices(text, path)
    if choices:
        return {"enum": choices}
    wish: Schema = {}
    pattern = re.search(r"pattern ['\"]?(\^?.+?\$?)['\"]?(?:\s*\(|$)", text)
    if "pattern" in lower and pattern:
        wish["pattern"] = pattern[1].strip("'\"")
        return wish
    stamp = _STAMP.search(text)
    if stamp:
        layout = stamp[1].upper().replace("HH:MM", "HH:mm")
        for token, code in _STRFTIME.items():
            layout = layout.replace(token, code)
        wish.update(type="string", format=f"strftime:{layout}")
        return wish
    for kind, said in (
        ("uuid", r"\buuid\b"),
        ("email", r"valid e-?mail|email address|valid address"),
        ("date-time", r"\bdate-?time\b|iso.?8601|timestamp"),
        ("date", r"valid date|iso date|\bdate format"),
        ("uri", r"\burl\b|\buri\b"),
    ):
        if re.search(said, lower):
            wish.update(type="string", format=kind)
            return wish
    for kind, said in (
        ("integer", r"\bint(eger)?s?\b|whole number"),
        ("number", r"\bnumber\b|numeric|\bfloat\b|\bdecimal\b"),
        ("boolean", r"\bbool(ean)?\b|true or false"),
        ("array", r"\blist\b|\barray\b"),
        ("object", r"\bobject\b|\bdict(ionary)?\b"),
        ("string", r"\bstring\b|\btext\b"),
    ):
        if re.search(rf"(must|should|be|is|expected|valid|type|not)\b.*({said})", lower):
            wish["type"] = kind
            break
    characters = _characters(lower)
    if characters:
        wish["pattern"] = characters
    return {**wish, **_limits(lower)}


def _characters(lower: str) -> str | None:
    """The pattern that the message describes in words."""
    kinds = ""
    if re.search(r"(capital|upper-?case) (ascii )?(letters?|characters?)|capitals|upper-?case", lower):
        kinds += "A-Z"
    elif re.search(r"lower-?case", lower):
        kinds += "a-z"
    elif re.search(r"alphanumeric|letters (and|or) (digits|numbers)|letters, (digits|numbers)", lower):
        kinds += "A-Za-z0-9"
    elif re.search(r"only (contain )?digits|digits only|only numbers|numeric string|\d digits", lower):
        kinds += "0-9"
    if kinds and "0-9" not in kinds and re.search(r"digits?|numbers?", lower):
        kinds += "0-9"
    if kinds and re.search(r"dash|hyphen", lower):
        kinds += "-"
    if kinds and "underscore" in lower:
        kinds += "_"
    return f"^[{kinds}]+$" if kinds else None


def _limits(lower: str) -> Schema:
    lengths = re.search(r"character|length|long|short|digits|letters", lower) is not None
    counts = not lengths and re.search(r"\bitems\b|entries|elements", lower) is not None
    low, high = (
        ("minLength", "maxLength") if lengths else ("minItems", "maxItems") if counts else ("minimum", "maximum")
    )

    def number(text: str) -> float | int:
        return float(text) if "." in text and not lengths else int(float(text))

    limits: Schema = {}
    exact = re.search(r"exactly (\d+)|(\d+)[- ](?:characters?|letters?|digits?)(?: long)?$", lower)
    between = _BETWEEN.search(lower)
    if lengths and exact and not _LEAST.search(lower):
        count = int(exact[1] or exact[2])
        return {low: count, high: count}
    if between and re.search(r"between|range|must|from|have|be", lower) and not re.search(r"\d{4}-\d\d", lower):
        return {low: number(between[1]), high: number(between[2])}
    if found := _LEAST.search(lower):
        limits[low] = number(found[1])
    elif found := _MORE.search(lower):
        limits[low if lengths or counts else "exclusiveMinimum"] = number(found[1])
    elif re.search(r"\bpositive\b|greater than zero|more than zero|> ?0", lower):
        limits["exclusiveMinimum"] = 0
    elif re.search(r"non-?negative", lower):
        limits["minimum"] = 0
    if found := _MOST.search(lower):
        limits[high] = number(found[1])
    elif found := _LESS.search(lower):
        limits[high if lengths or counts else "exclusiveMaximum"] = number(found[1])
    return limits


def _choices(text: str, path: Path) -> list[Json]:
    """Values that the message lists."""
    match = _CHOICES.search(text)
    if match:
        listed = re.split(r"\s*(?:,\s*(?:or |and )?|\s+or\s+|\||/)\s*", match[1].strip())
        values = [item.strip(" '\"`[](){}.") for item in listed]
        values = [value for value in values if value and value != path[-1]]
        said = re.search(r"one of|allowed|valid values|choices|options|supported|choose|either|should be '", text, re.I)
        if len(values) > 1 and (said or all(f"'{value}'" in text or f'"{value}"' in text for value in values)):
            return [int(value) if re.fullmatch(r"-?\d+", value) else value for value in values]
    if re.search(r"one of|should be '|choices|allowed", text, re.I):
        quoted: list[Json] = [value for value in _QUOTED.findall(text) if value != path[-1]]
        return quoted if len(quoted) > 1 or "should be '" in text.lower() else []
    return []
