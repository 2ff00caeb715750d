"""JSON Schemas from serializers (Django REST framework) and forms (Django), which hold their fields ready made."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Schema = dict[str, Any]

MAX_CHOICES = 200
MAX_DEPTH = 5
# By the name of the class, or of a base of it: both libraries name them alike.
_KINDS: dict[str, Schema] = {
    "BooleanField": {"type": "boolean"},
    "NullBooleanField": {"type": "boolean"},
    "IntegerField": {"type": "integer"},
    "FloatField": {"type": "number"},
    "DecimalField": {"type": "number"},
    "EmailField": {"type": "string", "format": "email"},
    "URLField": {"type": "string", "format": "uri"},
    "UUIDField": {"type": "string", "format": "uuid"},
    "DateTimeField": {"type": "string", "format": "date-time"},
    "DateField": {"type": "string", "format": "date"},
    "TimeField": {"type": "string", "format": "time"},
    "DurationField": {"type": "string", "examples": ["00:01:00"]},
    "FileField": {"type": "string", "format": "binary"},
    "DictField": {"type": "object"},
    "JSONField": {},
    "CharField": {"type": "string"},
}


def of_serializer(serializer: Any, *, partial: bool = False, depth: int = 0) -> Schema | None:
    """What a serializer accepts; None for what has no fields."""
    fields = getattr(serializer, "fields", None)
    if fields is None or depth > MAX_DEPTH:
        return None
    properties: Schema = {}
    required = []
    for name, field in fields.items():
        if getattr(field, "read_only", False) or type(field).__name__ == "HiddenField":
            continue
        properties[str(name)] = _of_field(field, depth)
        if field.required and not partial:
            required.append(str(name))
    schema: Schema = {"type": "object", "properties": properties}
    return {**schema, "required": required} if required else schema


def of_form(form: Any) -> Schema:
    """What a form accepts."""
    properties = {str(name): _of_field(field, 0) for name, field in form.fields.items()}
    required = [str(name) for name, field in form.fields.items() if field.required]
    schema: Schema = {"type": "object", "properties": properties}
    return {**schema, "required": required} if required else schema


def _of_field(field: Any, depth: int) -> Schema:
    nested = getattr(field, "child", None)
    if nested is not None and hasattr(field, "many"):
        return {"type": "array", "items": of_serializer(nested, depth=depth + 1) or {}}
    names = [base.__name__ for base in type(field).__mro__]
    if "ManyRelatedField" in names:
        return {"type": "array", "items": _of_key(field.child_relation)}
    if nested is not None and "ListField" in names:
        return {"type": "array", "items": _of_field(nested, depth + 1), "minItems": 1}
    if hasattr(field, "fields") and "BaseSerializer" in names:
        return of_serializer(field, depth=depth + 1) or {}
    if any(name in names for name in ("RelatedField", "ModelChoiceField")):
        return _of_key(field)
    schema: Schema = dict(next((_KINDS[name] for name in names if name in _KINDS), {}))
    choices = _choices(field)
    if choices:
        return {"enum": choices}
    for attribute, keyword in (
        ("max_length", "maxLength"), ("min_length", "minLength"), ("max_value", "maximum"), ("min_value", "minimum")
    ):  # fmt: skip
        bound = getattr(field, attribute, None)
        is_text = keyword.endswith("Length")
        if isinstance(bound, int | float) and is_text == (schema.get("type") == "string"):
            schema[keyword] = bound
    if schema.get("type") == "string" and "format" not in schema:
        schema |= _pattern(field)
    if schema.get("type") == "string" and "format" not in schema and getattr(field, "required", False):
        schema.setdefault("minLength", 1)
    help_text = str(getattr(field, "help_text", None) or "")
    return {**schema, "description": help_text[:300]} if help_text else schema


def _pattern(field: Any) -> Schema:
    """The expression that a validator has the text match."""
    for validator in getattr(field, "validators", ()):
        pattern = getattr(getattr(validator, "regex", None), "pattern", None)
        if isinstance(pattern, str) and not getattr(validator, "inverse_match", False):
            return {"pattern": pattern.replace("\\Z", "$").replace("\\A", "^")}
    return {}


def _of_key(field: Any) -> Schema:
    """A reference to another object, by its key; the name of what it refers to helps to find one."""
    names = [base.__name__ for base in type(field).__mro__]
    model = getattr(getattr(field, "queryset", None), "model", None)
    said = {"description": f"the key of a {model.__name__}"} if model is not None else {}
    if "SlugRelatedField" in names or model is None:
        return {"type": "string", **said}
    key = type(model._meta.pk).__name__
    kind = {"type": "string", "format": "uuid"} if key == "UUIDField" else {"type": "integer"}
    return {**(kind if "Auto" in key or "Integer" in key or key == "UUIDField" else {"type": "string"}), **said}


def _choices(field: Any) -> list[Any]:
    try:
        choices = field.choices
    except AttributeError:
        return []
    if isinstance(choices, dict):
        keys = list(choices)
    else:
        keys = [pair[0] for pair in choices if isinstance(pair, list | tuple) and len(pair) == 2]
    return [key for key in keys if isinstance(key, str | int | float) and key != ""][:MAX_CHOICES]
