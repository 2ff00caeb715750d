"""Functions that convert text or JSON values and raise on what they cannot convert."""

from __future__ import annotations

# By dotted name: what to call it, the exception, and the JSON type (or "format:" and the JSON Schema format).
CONVERSIONS: dict[str, tuple[str, str, str]] = {
    "builtins.int": ("int", "ValueError", "integer"),
    "builtins.float": ("float", "ValueError", "number"),
    "decimal.Decimal": ("Decimal", "InvalidOperation", "number"),
    "fractions.Fraction": ("Fraction", "ValueError", "number"),
    "uuid.UUID": ("UUID", "ValueError", "format:uuid"),
    "datetime.date.fromisoformat": ("date.fromisoformat", "ValueError", "format:date"),
    "datetime.datetime.fromisoformat": ("datetime.fromisoformat", "ValueError", "format:date-time"),
    "datetime.datetime.strptime": ("datetime.strptime", "ValueError", "string"),
    "datetime.time.fromisoformat": ("time.fromisoformat", "ValueError", "format:time"),
    "dateutil.parser.parse": ("dateutil.parser.parse", "ValueError", "format:date-time"),
    "django.utils.dateparse.parse_datetime": ("parse_datetime", "ValueError", "format:date-time"),
    "django.utils.dateparse.parse_date": ("parse_date", "ValueError", "format:date"),
    "ipaddress.ip_address": ("ip_address", "ValueError", "format:ipv4"),
    "base64.b64decode": ("b64decode", "Error", "string"),
    "bytes.fromhex": ("bytes.fromhex", "ValueError", "string"),
}

# What texts that `strptime` reads by these formats are called in JSON Schema.
MOMENTS = {
    "%Y-%m-%d": "format:date",
    "%H:%M:%S": "format:time",
    "%Y-%m-%dT%H:%M:%SZ": "format:date-time",
    "%Y-%m-%dT%H:%M:%S%z": "format:date-time",
}

TEXT_METHODS = frozenset(
    {
        "strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "casefold", "split", "partition",
        "encode", "startswith", "endswith", "removeprefix", "removesuffix", "isdigit", "isalnum", "isalpha",
    }
)  # fmt: skip

# What comes out of these is fit to be put where it is meant for, whatever went in.
HARMLESS = frozenset(
    {
        "shlex.quote", "shlex.join", "os.path.basename", "ntpath.basename", "werkzeug.utils.secure_filename",
        "werkzeug.security.safe_join", "flask.safe_join", "psycopg.sql.Literal", "psycopg.sql.Identifier",
        "psycopg2.sql.Literal", "psycopg2.sql.Identifier", "ast.literal_eval", "json.dumps",
        "urllib.parse.quote", "urllib.parse.quote_plus", "urllib.parse.urlencode",
    }
)  # fmt: skip
