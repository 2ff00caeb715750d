"""What a message wishes a field to be, as a schema: choices, types, formats, limits, characters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crashworthy.core.value import Json
from crashworthy.lab.traffic.files import COLUMNS
from crashworthy.lab.traffic.schema import Schema

Path = tuple[str, ...]

MISSING = re.compile(
    r"\brequired\b|\bmissing\b|must be (provided|given|set|present|specified)|cannot be (blank|empty|null)|"
    r"(can't|may not|must not) be (blank|empty|null)|not (provided|given|specified)|is needed|should be provided"
)
QUOTED = re.compile(r"['\"`]([\w.\- ]{1,60})['\"`]")
_CHOICES = re.compile(
    r"\b(?:one of|should be|must be in|allowed(?: values?)?(?: are)?|valid(?: values?| choices| options)?(?: are)?|"
    r"supported(?: values?)?(?: are)?|choose from|expected|either|available|options(?: are)?|in)\b\s*:?\s*[\[({]?",
    re.IGNORECASE,
)
# "must be S, M or L": bare words to the end of the sentence.
_PLAIN_CHOICES = re.compile(r"\bmust be ((?:[\w.+-]{1,40}, )*[\w.+-]{1,40},? or [\w.+-]{1,40})(?=[.;)\"']|$)")
_NO_CHOICES = frozenset({
    "a", "an", "the", "true", "false", "null", "none", "empty", "int", "integer", "float", "number", "string", "text",
    "boolean", "list", "array", "object", "positive", "negative", "zero", "greater", "less", "equal", "more", "blank",
    "unique", "valid", "set", "given", "provided", "present",
})  # fmt: skip
_SEPARATOR = re.compile(r"\s*(?:,\s*(?:or|and)\s|,|\||/|\s(?:or|and)\s)\s*", re.IGNORECASE)
_LEAST = re.compile(
    r"(?:at least|minimum(?: of| is)?|min(?:imum)? |>=|no less than|not less than|greater than or equal to)"
    r"\s*(-?\d+(?:\.\d+)?)"
)
_MORE = re.compile(r"(?<!not )(?:greater than|more than|larger than|above|exceed|over|>)\s*(-?\d+(?:\.\d+)?)")
_MOST = re.compile(
    r"(?:at most|maximum(?: of| is)?|max(?:imum)? |<=|no more than|up to|less than or equal to|cannot exceed|"
    r"not exceed|within)\s*(-?\d+(?:\.\d+)?)"
)
_LESS = re.compile(r"(?:less than|smaller than|below|under|<)\s*(-?\d+(?:\.\d+)?)")
_BETWEEN = re.compile(r"(?:between |from )?(-?\d+(?:\.\d+)?)\s*(?:and|to|-|\.\.|\u2013)\s*(-?\d+(?:\.\d+)?)")
_FILE_KIND = re.compile(r"\b(csv|pdf|png|jpe?g|zip|xml|json)\b|\b(image|application|text)/[\w.+-]+", re.IGNORECASE)
_COLUMNS = re.compile(
    r"\b(?:columns?|headers?)\b(?: named)?:? ((?:['\"`]?\w+['\"`]?(?:, and |, | and )?){1,12})", re.IGNORECASE
)
_STAMP = re.compile(
    r"\b(YYYY[-/.]?MM[-/.]?DD(?:[T ]HH:MM(?::SS)?Z?)?|DD[-/.]MM[-/.]YYYY|MM/DD/YYYY|HH:MM(?::SS)?)\b", re.IGNORECASE
)
_STRFTIME = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH": "%H", "hh": "%H", "mm": "%M", "SS": "%S", "ss": "%S"}
_UNKNOWN = re.compile(r"unknown|unexpected|not (allowed|permitted|recognized)|extra (field|input)|additional propert")


NO_PATCH = object()


def patch_of(path: Path, text: str, given: Sequence[Path]) -> Schema | object | None:
    """The schema that the message asks for, None to leave the field out, or NO_PATCH."""
    lower = text.lower()
    if path not in given and not any(each[: len(path)] == path for each in given) and MISSING.search(lower):
        return _wish(lower, text, path)
    if _UNKNOWN.search(lower) and "value" not in lower and path in given and "one of" not in lower:
        return None
    wish = _wish(lower, text, path)
    if wish:
        return wish
    if path not in given:
        return {}
    if MISSING.search(lower):
        return {"minLength": 1}
    return NO_PATCH


def file_wish(text: str) -> Schema:
    """What kind of file a message about one asks for, and what columns where it is a table; empty for neither."""
    wish: Schema = {}
    kind = _FILE_KIND.search(text)
    if kind:
        wish["contentMediaType"] = kind[0].lower()
    columns = _COLUMNS.search(text)
    if columns:
        names = [word for word in re.findall(r"\w+", columns[1]) if word not in ("and", "or")]
        wish.update({"contentMediaType": "text/csv", COLUMNS: list[Json](names)})
    return wish


def _wish(lower: str, text: str, path: Path) -> Schema:
    choices = _choices(text, path)
    if choices:
        return {"enum": choices}
    wish: Schema = {}
    pattern = re.search(r"pattern ['\"]?(\^?.+?\$?)['\"]?(?:\s*\(|$)", text)
    if "pattern" in lower and pattern:
        wish["pattern"] = pattern[1].strip("'\"")
        return wish
    if path[0] == "path" and re.search(r"\bstatus[- ]code", lower):
        return {"enum": [200]}
    stamp = _STAMP.search(text)
    if stamp:
        layout = stamp[1].upper().replace("HH:MM", "HH:mm")
        for token, code in _STRFTIME.items():
            layout = layout.replace(token, code)
        wish.update(type="string", format=f"strftime:{layout}")
        return wish
    for kind, said in (
        ("uuid", r"\buuid\b"),
        ("isbn-10", r"\bisbn-?10\b"),
        ("isbn-13", r"\bisbn\b|\bisbn-?13\b"),
        ("ean-13", r"\bean\b|\bean-?13\b|\bgtin\b"),
        ("iban", r"\biban\b"),
        ("email", r"valid e-?mail|email address|valid address"),
        ("date-time", r"\bdate-?time\b|iso.?8601|timestamp"),
        ("date", r"valid date|iso date|\bdate format"),
        ("uri", r"\burl\b|\buri\b"),
    ):
        if re.search(said, lower):
            wish.update(type="string", format=kind)
            return wish
    # What was sent is no wish.
    lower = re.sub(r"\b(received|but got|but was|got)\b.*", "", lower)
    for kind, said in (
        ("integer", r"\bint(eger)?s?\b|whole number|\bpk value\b|primary key"),
        ("number", r"\bnumber\b|numeric|\bfloat\b|\bdecimal\b"),
        ("boolean", r"\bbool(ean)?\b|true or false"),
        ("array", r"\blist\b|\barray\b|\biterable\b|\bsequence\b"),
        ("object", r"\bobject\b(?! \w)|\bdict(ionary)?\b|\bmapping\b"),
        ("string", r"\bstr(ing)?\b|\btext\b"),
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
    if lengths and exact and not between and not _LEAST.search(lower) and not _MOST.search(lower):
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
    for match in _CHOICES.finditer(text):
        listed = re.split(r"[\])};\n]|\.(?:\s|$)", text[match.end() : match.end() + 300], maxsplit=1)[0]
        values = []
        for item in _SEPARATOR.split(listed):
            value = item.strip(" '\"`")
            if not re.fullmatch(r"[\w.+-]{1,40}", value):
                break
            if value != path[-1]:
                values.append(value)
        said = re.search(r"one of|allowed|valid values|choices|options|supported|choose|either|should be '", text, re.I)
        if len(values) > 1 and (said or all(f"'{value}'" in text or f'"{value}"' in text for value in values)):
            return [int(value) if re.fullmatch(r"-?\d+", value) else value for value in values]
    plain = _PLAIN_CHOICES.search(text)
    if plain:
        listed = [item for item in re.split(r",? or |, ", plain[1]) if item]
        if not any(item.lower() in _NO_CHOICES for item in listed):
            return list(listed)
    if re.search(r"one of|should be '|choices|allowed", text, re.I):
        quoted: list[Json] = [value for value in QUOTED.findall(text) if value != path[-1]]
        return quoted if len(quoted) > 1 or "should be '" in text.lower() else []
    return []
