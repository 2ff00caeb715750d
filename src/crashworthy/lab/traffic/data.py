"""First-choice values for JSON Schemas: what someone who reads the names would fill in.

Values are templates: what must be unique holds `${unique}`, with the actor's digit behind it.
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import rstr

from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.files import sample_file
from crashworthy.lab.traffic.names import REFERENCE_ENDS, word_set, words
from crashworthy.lab.traffic.schema import Schema, merged
from crashworthy.lab.traffic.template import escape
from crashworthy.lab.traffic.ways import unique_text

Path = tuple[str, ...]

PASSWORD = "Str0ng-Passw0rd!"  # noqa: S105 - of users that live as long as a trial

# How much of what is optional is given.
REQUIRED, USUAL, ALL = 0, 1, 2

_MONEY = word_set("amount price cost total fee balance sum salary budget payment deposit credit cent value fund")
_FEW = word_set("quantity qty count unit item piece seat ticket guest people person adult night participant")
_PLENTY = word_set("stock capacity inventory copy supply limit max maximum available quota")
_FLAGS = word_set("is has can should enabled active allow accept agree public visible verified")
_LISTS = word_set("tag label category role permission")
_STARTS = word_set("start from begin since checkin after")
_ENDS = word_set("end to until due checkout expiry expire expires before finish till deadline")
_CONFIRM = word_set("confirm confirmation confirmed repeat again retype verify password2")

_TEXTS: dict[str, str] = {
    "currency": "EUR",
    "country": "DE",
    "nationality": "DE",
    "language": "en",
    "lang": "en",
    "locale": "en",
    "timezone": "Europe/Berlin",
    "tz": "Europe/Berlin",
    "url": "https://example.com/page",
    "uri": "https://example.com/page",
    "link": "https://example.com/page",
    "website": "https://example.com/",
    "webhook": "https://example.com/hook",
    "callback": "https://example.com/hook",
    "city": "Berlin",
    "town": "Berlin",
    "street": "Main Street 1",
    "line1": "Main Street 1",
    "line2": "Floor 2",
    "address": "Main Street 1, 10115 Berlin",
    "zip": "10115",
    "zipcode": "10115",
    "postcode": "10115",
    "postal": "10115",
    "region": "Berlin",
    "state": "Berlin",
    "color": "#336699",
    "colour": "#336699",
    "ip": "192.0.2.10",
    "hostname": "host.example.com",
    "domain": "example.com",
    "iban": "DE89370400440532013000",
    "bic": "COBADEFFXXX",
    "cvv": "123",
    "cvc": "123",
    "pan": "4242424242424242",
    "gender": "other",
    "firstname": "Alex",
    "lastname": "Morgan",
    "surname": "Morgan",
    "company": "Example Ltd",
    "grant": "password",
    "scope": "",
    "timestamp": "",
    "query": "a",
    "q": "a",
    "search": "a",
    "sort": "id",
    "order": "asc",
    "mime": "text/plain",
    "role": "user",
}


@dataclass
class Maker:
    """Makes values for one operation as one actor.

    `ordinal` keeps the unique texts of different operations apart (0 for identities, which sign-up and login
    share). `level` says how much of what is optional is given. `patches` are what answers taught about single
    fields, merged over their schemas; a patch of None leaves the field out. `known` values, templates by path,
    are taken as they are. `candidates` are literals that the source compares a field with, by its name.
    """

    rng: random.Random
    actor: str = "A"
    ordinal: int = 0
    level: int = REQUIRED
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    patches: Mapping[Path, Schema | None] = field(default_factory=dict)
    known: Mapping[Path, Json] = field(default_factory=dict)
    candidates: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)

    def value(self, schema: Schema, path: Path) -> Json:
        """A value for `schema`; the last part of `path` is the field's name, and arrays add none."""
        if path in self.known:
            return self.known[path]
        patch = self.patches.get(path)
        if patch is not None:
            schema = patched(schema, patch)
        chosen = self._given(schema, path)
        if chosen is not _NOTHING:
            return chosen  # type: ignore[return-value]
        for key in ("oneOf", "anyOf"):
            members = schema.get(key)
            if isinstance(members, list) and members:
                best = next((m for m in members if isinstance(m, dict) and m.get("type") != "null"), members[0])
                rest = {name: value for name, value in schema.items() if name not in ("oneOf", "anyOf")}
                return self.value(merged(rest, best) if isinstance(best, dict) else rest, path)
        parts = schema.get("allOf")
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict):
                schema = merged({k: v for k, v in schema.items() if k != "allOf"}, part)
        return self._typed(schema, path)

    def _given(self, schema: Schema, path: Path) -> Json | object:
        """What the schema names outright: a constant, an example, a default, the first of an enumeration."""
        if "const" in schema:
            return escape(schema["const"])
        examples = schema.get("examples")
        enum = schema.get("enum")
        allowed = enum if isinstance(enum, list) and enum else None
        if isinstance(examples, list) and examples and not self._is_unique(path):
            example = examples[self.ordinal_choice(len(examples))]
            if (allowed is None or example in allowed) and not isinstance(example, dict):
                return escape(example)
        if allowed:
            default = schema.get("default")
            preferred = [item for item in allowed if item is not None] or allowed
            return escape(default if default in allowed and default is not None else preferred[0])
        literals = self.candidates.get(path[-1] if path else "")
        if literals and not isinstance(schema.get("properties"), dict) and "pattern" not in schema:
            fitting = [item for item in literals if _has_type(item, schema.get("type"))]
            if fitting and isinstance(fitting[0], str) and not self._is_unique(path):
                return escape(fitting[0])
        default = schema.get("default")
        if default is not None and default not in ("", 0, False) and not isinstance(default, (dict, list)):
            return escape(default)
        return _NOTHING

    def ordinal_choice(self, count: int) -> int:
        """Which of several equally good values to take; the first unless the patches ask for another."""
        return 0 if count < 2 else self.level // (ALL + 1)

    def _typed(self, schema: Schema, path: Path) -> Json:
        kind = self._type(schema, path)
        if kind == "object":
            return self._object(schema, path)
        if kind == "array":
            return self._array(schema, path)
        if kind == "boolean":
            return not any(
                word in ("deleted", "disabled", "cancelled", "dry", "blocked") for word in words(_name(path))
            )
        if kind == "integer":
            return int(self._number(schema, path, whole=True))
        if kind == "number":
            return self._number(schema, path, whole=False)
        if kind == "null":
            return None
        return self._string(schema, path)

    def _type(self, schema: Schema, path: Path) -> str:
        kinds = schema.get("type")
        if isinstance(kinds, list):
            kinds = next((kind for kind in kinds if kind != "null"), "null")
        if isinstance(kinds, str):
            return kinds
        if "properties" in schema:
            return "object"
        if "items" in schema:
            return "array"
        if any(key in schema for key in ("minLength", "maxLength", "pattern", "format")):
            return "string"
        if any(key in schema for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")):
            return "number" if schema.get("multipleOf") not in (None, 1) else "integer"
        return self._guess(words(_name(path)))

    @staticmethod
    def _guess(name: tuple[str, ...]) -> str:
        """The type that a name suggests where nothing declares one."""
        if not name:
            return "string"
        if name[0] in _FLAGS:
            return "boolean"
        if name[-1] in _LISTS and name[-1] != "role" and len(name) == 1:
            return "string"
        if {*name} & (_MONEY | _FEW | _PLENTY) and name[-1] not in ("currency", "type", "name", "method", "code"):
            return "integer"
        if name[-1] in ("id", "year", "age", "page", "offset", "minute", "hour", "day", "percent", "rating", "score"):
            return "integer"
        if name[-1] in ("latitude", "longitude", "lat", "lng", "lon", "rate", "weight", "height", "width", "length"):
            return "number"
        return "string"

    def _object(self, schema: Schema, path: Path) -> Json:
        properties = schema.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        required = schema.get("required")
        names = [str(name) for name in required] if isinstance(required, list) else []
        added = [
            p[len(path)] for p in (*self.patches, *self.known) if len(p) == len(path) + 1 and p[: len(path)] == path
        ]
        chosen: dict[str, Json] = {}
        for name in dict.fromkeys((*names, *properties, *added)):
            below = (*path, name)
            own = properties.get(name)
            own = own if isinstance(own, dict) else {}
            if below in self.patches and self.patches[below] is None:
                continue
            if name in names or name in added or self._wanted(name, own, required=bool(names)):
                chosen[name] = self.value(own, below)
        return self._consistent(chosen)

    def _wanted(self, name: str, schema: Schema, *, required: bool) -> bool:
        """Whether an optional field is given at this level."""
        parts = words(name)
        if schema.get("type") == "null" or "const" in schema:
            return "const" in schema
        if {*parts} & _PLENTY and self._type(schema, (name,)) in ("integer", "number"):
            # Zero by default, and then nothing can be bought or booked.
            return True
        if {*parts} & _CONFIRM:
            return True
        reference = bool(parts) and parts[-1] in REFERENCE_ENDS and len(parts) > 1
        if self.level == REQUIRED:
            return not required and not reference
        return self.level == ALL or not reference

    @staticmethod
    def _consistent(values: dict[str, Json]) -> dict[str, Json]:
        """Fields that must agree: confirmations equal what they confirm."""
        for name in list(values):
            parts = words(name)
            if {*parts} & _CONFIRM and len(parts) > 1:
                meant = [part for part in parts if part not in _CONFIRM]
                for other, value in values.items():
                    if other != name and list(words(other)) == meant:
                        values[name] = value
            elif parts and re.fullmatch(r"[a-z]+2", name) and f"{name[:-1]}1" in values:
                values[name] = values[f"{name[:-1]}1"]
        return values

    def _array(self, schema: Schema, path: Path) -> Json:
        prefix = schema.get("prefixItems")
        if isinstance(prefix, list):
            return [self.value(item if isinstance(item, dict) else {}, path) for item in prefix]
        items = schema.get("items")
        least = schema.get("minItems")
        count = max(1, least if isinstance(least, int) else 1)
        if schema.get("maxItems") == 0:
            return []
        made = [self.value(items if isinstance(items, dict) else {}, path) for _ in range(min(count, 20))]
        if schema.get("uniqueItems") is True and count > 1:
            made = [f"{item}{number}" if isinstance(item, str) else item for number, item in enumerate(made)]
        return made

    def _number(self, schema: Schema, path: Path, *, whole: bool) -> float:
        parts = {*words(_name(path))}
        preferred: float = 1
        if parts & _PLENTY and not parts & {"offset", "page"}:
            preferred = 50
        elif parts & {"percent", "percentage", "discount", "rate"}:
            preferred = 10
        elif parts & _FEW:
            preferred = 1
        elif parts & {"cent", "cents", "minor"}:
            preferred = 1000
        elif parts & _MONEY:
            preferred = 10
        elif "year" in parts:
            preferred = self.now.year
        elif parts & {"age", "duration", "minute"}:
            preferred = 30
        elif parts & {"offset", "skip", "index"}:
            preferred = 0
        elif parts & {"timestamp", "epoch"}:
            preferred = int((self.now + timedelta(days=7)).timestamp())
        elif parts & {"latitude", "lat", "longitude", "lng", "lon"}:
            preferred = 13
        return fit_number(preferred, schema, whole=whole)

    def _string(self, schema: Schema, path: Path) -> Json:
        kind = schema.get("format")
        if kind in ("binary", "byte") or schema.get("contentMediaType"):
            return sample_file(_name(path), encoded=kind == "byte")
        text = self._formatted(str(kind), path) if isinstance(kind, str) else None
        if text is None:
            text = self._by_name(words(_name(path)), path)
        return self._fit_text(text, schema)

    def _formatted(self, kind: str, path: Path) -> str | None:
        makers: dict[str, Callable[[], str]] = {
            "email": lambda: f"user{self._unique()}@example.com",
            "idn-email": lambda: f"user{self._unique()}@example.com",
            "date": lambda: self._moment(path).strftime("%Y-%m-%d"),
            "date-time": lambda: self._moment(path).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "local-date-time": lambda: self._moment(path).strftime("%Y-%m-%dT%H:%M:%S"),
            "time": lambda: self._moment(path).strftime("%H:%M:%S"),
            "duration": lambda: "PT1H",
            "uuid": lambda: str(uuid.UUID(int=self.rng.getrandbits(128), version=4)),
            "uri": lambda: "https://example.com/page",
            "url": lambda: "https://example.com/page",
            "uri-reference": lambda: "/page",
            "hostname": lambda: "host.example.com",
            "ipv4": lambda: "192.0.2.10",
            "ipv6": lambda: "2001:db8::1",
            "password": lambda: PASSWORD,
            "phone": lambda: f"+49170{self._unique()}",
            "decimal": lambda: f"{fit_number(10, {}, whole=False):.2f}",
            "integer": lambda: "1",
            "json": lambda: "{}",
        }
        if kind.startswith("strftime:"):
            return self._moment(path).strftime(kind.removeprefix("strftime:"))
        make = makers.get(kind)
        return make() if make else None

    def _by_name(self, name: tuple[str, ...], path: Path) -> str:
        last = name[-1] if name else ""
        joined = "".join(name)
        if {*name} & {"email", "mail"}:
            return f"user{self._unique()}@example.com"
        if {*name} & {"password", "passwd", "pwd", "passphrase", "pass"}:
            return PASSWORD
        if {*name} & {"phone", "mobile", "tel", "telephone", "msisdn"}:
            return f"+49170{self._unique()}"
        if joined in ("username", "login", "handle", "nickname", "nick", "user", "screenname", "identifier"):
            return f"user{self._unique()}"
        if joined in _TEXTS:
            return _TEXTS[joined]
        if joined in ("firstname", "givenname"):
            return "Alex"
        if joined in ("lastname", "familyname", "surname"):
            return "Morgan"
        if joined in ("isbn", "ean", "gtin", "barcode"):
            return f"978{unique_text(self.actor)}{self.ordinal % 1000:03}"
        if "card" in name and last in ("number", "card"):
            return "4242424242424242"
        if last in ("uuid", "guid"):
            return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        if last in ("at", "date", "datetime", "day", "deadline", "birthday", "dob") or (
            len(name) == 1 and last in (_STARTS | _ENDS) - {"to", "from"}
        ):
            return self._moment(path).strftime("%Y-%m-%d" if last not in ("at", "datetime") else "%Y-%m-%dT%H:%M:%SZ")
        if last in ("from", "to", "since", "until", "after", "before") and len(name) == 1:
            return self._moment(path).strftime("%Y-%m-%d")
        if last == "time" or joined in ("hour", "opening", "closing"):
            return self._moment(path).strftime("%H:%M")
        if {*name} & _MONEY and last not in ("type", "name", "method", "code", "id", "status", "token"):
            return "10.00"
        if {*name} & (_FEW | _PLENTY) and last not in ("type", "name", "method", "code", "id", "number"):
            return "1"
        if last in _TEXTS:
            return _TEXTS[last]
        if last in (
            "code",
            "sku",
            "slug",
            "key",
            "number",
            "ref",
            "reference",
            "identifier",
            "serial",
            "id",
            "barcode",
        ):
            return f"{'x'.join(name[:-1]) or last}-{self._unique()}"
        if last in ("name", "title", "subject", "label", "topic"):
            return f"{(name[0] if len(name) > 1 else 'Sample').capitalize()} {self._unique()}"
        if last == "token":
            return "tok_visa"
        if last in ("csv",):
            return "id,name\n1,sample\n"
        return f"sample {last}".strip()

    def _is_unique(self, path: Path) -> bool:
        """Whether two things of a kind usually cannot share this value."""
        name = words(_name(path))
        return bool(name) and (
            name[-1] in ("email", "mail", "username", "sku", "slug", "handle", "login", "barcode", "serial")
            or (name[-1] == "code" and not {*name} & {"currency", "country", "postal", "zip", "language"})
        )

    def _unique(self) -> str:
        return unique_text(self.actor, self.ordinal)

    def _moment(self, path: Path) -> datetime:
        """A whole hour in the near future; ends after starts, births in the past."""
        name = {*words(_name(path))}
        base = (self.now + timedelta(days=7)).replace(hour=10, minute=0, second=0, microsecond=0)
        if name & {"birth", "birthday", "birthdate", "dob"}:
            return base.replace(year=base.year - 30, day=min(base.day, 28))
        if name & {"past", "since"} or (path[:1] == ("query",) and name & _STARTS):
            return base - timedelta(days=37)
        if name & _ENDS:
            return base + timedelta(days=2)
        return base

    def _fit_text(self, text: str, schema: Schema) -> str:
        """`text`, made to keep the schema's pattern and lengths."""
        least, most, pattern = schema.get("minLength"), schema.get("maxLength"), schema.get("pattern")
        least = least if isinstance(least, int) else 0
        most = most if isinstance(most, int) else None
        sample = _sample(text)
        if isinstance(pattern, str):
            return self._with_pattern(text, pattern, least, most)
        if most is not None and len(sample) > most:
            short = self._unique() if "${unique}" in text else ""
            text = short if short and most >= len(_sample(short)) else sample[-most:].strip()
            text = text.ljust(least, "x")
        missing = least - len(_sample(text))
        return text + "x" * missing if missing > 0 else text

    def _with_pattern(self, text: str, pattern: str, least: int, most: int | None) -> str:
        """`text` in a form that the pattern takes, else a text made from the pattern."""
        plain = re.sub(r"[^A-Za-z0-9${}]", "", text)
        unique = self._unique()
        word = re.sub(r"[^a-z]", "", text.partition("$")[0].lower())[:6] or "x"
        shapes = (text, plain, f"{word}{unique}", f"{word.upper()}{unique}", f"{word.upper()[:3]}-{unique}", unique)
        for shape in shapes:
            if _keeps(shape, pattern, least, most):
                return shape
        made = self._from_pattern(pattern, least, most)
        if made is None:
            return text
        # Part of the made text gives way to what is unique, where the pattern lets it.
        for found in re.finditer(r"[A-Za-z0-9]{5,}", made):
            shape = made[: found.start()] + unique + made[found.start() + len(_sample(unique)) :]
            if _keeps(shape, pattern, least, most):
                return shape
        return made

    def _from_pattern(self, pattern: str, least: int, most: int | None) -> str | None:
        maker = rstr.Rstr(self.rng)
        for _ in range(20):
            try:
                text = str(maker.xeger(re.sub(r"\\Z", "$", pattern)))
            except Exception:  # noqa: BLE001 - the library raises all kinds for what it cannot parse
                return None
            if len(text) >= least and (most is None or len(text) <= most):
                return str(escape(text))
        return None


def fit_number(preferred: float, schema: Schema, *, whole: bool) -> float:
    """The number nearest to `preferred` that keeps the schema's limits."""
    step = schema.get("multipleOf")
    unit = float(step) if isinstance(step, (int, float)) and step > 0 else 1.0
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    value = float(preferred)
    gap = 1.0 if whole else min(1.0, unit)
    if isinstance(low, (int, float)):
        value = max(value, low)
    if isinstance(above, (int, float)) and value <= above:
        value = above + gap
    if isinstance(high, (int, float)):
        value = min(value, high)
    if isinstance(below, (int, float)) and value >= below:
        value = below - gap
        if not whole and isinstance(above, (int, float)) and value <= above:
            value = (above + below) / 2
    if isinstance(step, (int, float)) and step > 0:
        value = -(-value // unit) * unit
        if isinstance(high, (int, float)) and value > high:
            value -= unit
    return int(value) if whole or value == int(value) else value


def more_of(step: Step, factor: int) -> Step:
    """The step with its amounts multiplied."""
    if factor == 1 or not isinstance(step.body, dict):
        return step
    body: dict[str, Json] = dict(step.body)
    for name, value in body.items():
        if not {*words(name)} & (_MONEY | _FEW | _PLENTY):
            continue
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            body[name] = value * factor
        elif isinstance(value, str) and re.fullmatch(r"\d+\.\d\d", value):
            body[name] = f"{float(value) * factor:.2f}"
    return step.model_copy(update={"body": body})


def patched(schema: Schema, patch: Schema) -> Schema:
    """The schema with what an answer taught laid over it."""
    result = {**schema, **patch}
    if "enum" in patch or "type" in patch or "format" in patch or "const" in patch:
        for key in ("examples", "default", "oneOf", "anyOf", "const", "enum"):
            if key not in patch:
                result.pop(key, None)
    return result


def _sample(text: str) -> str:
    return text.replace("${unique}", "1001")


def _keeps(text: str, pattern: str, least: int, most: int | None) -> bool:
    sample = _sample(text)
    try:
        fits = re.search(pattern, sample) is not None
    except re.error:
        fits = True
    return fits and len(sample) >= least and (most is None or len(sample) <= most)


def _name(path: Path) -> str:
    return path[-1] if path else ""


def _has_type(value: Json, kind: Json) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    if kind is None:
        return True
    name = (
        "boolean" if isinstance(value, bool) else {int: "integer", float: "number", str: "string"}.get(type(value), "")
    )
    return name in kinds


_NOTHING = object()
