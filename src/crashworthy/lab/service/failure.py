"""Why a service did not start, read from its own last words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.service.plan import StartPlan

_DETAIL_LINES = 15

# Packages whose import name is not the name on the index, as far as services use them.
_INDEX_NAMES = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "decouple": "python-decouple",
    "dotenv": "python-dotenv",
    "environ": "django-environ",
    "flask_sqlalchemy": "flask-sqlalchemy",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "multipart": "python-multipart",
    "MySQLdb": "mysqlclient",
    "PIL": "pillow",
    "psycopg2": "psycopg2-binary",
    "rest_framework": "djangorestframework",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}


class StartError(CrashworthyError):
    """The service did not start."""


@dataclass(frozen=True)
class _Reason:
    text: str
    remedy: str


def start_error(start: StartPlan, output: str, what: str) -> StartError:
    """The error for a start that failed; `what` says how it ended, as "ended with status 1"."""
    reason = next(_reasons(output), None)
    origin = f" ({start.origin})" if start.origin else ""
    message = f"the service does not start: `{start.command}`{origin} {what}"
    if reason is not None:
        message = f"{message}: {reason.text}"
    remedy = reason.remedy if reason else "start it by hand in this way first, or name another [service] command"
    return StartError(message, remedy=remedy, details=last_lines(output))


def last_lines(output: str, count: int = _DETAIL_LINES) -> str:
    """The end of an output, without empty lines."""
    return "\n".join([line.rstrip() for line in output.splitlines() if line.strip()][-count:])


def _reasons(output: str) -> Iterator[_Reason]:
    for find in _FINDERS:
        reason = find(output)
        if reason is not None:
            yield reason


def _missing_module(output: str) -> _Reason | None:
    found = re.findall(r"^ModuleNotFoundError: No module named '([\w.]+)'", output, re.MULTILINE)
    if not found:
        return None
    module = found[-1]
    return _missing_package(_INDEX_NAMES.get(module.split(".")[0], module.split(".")[0]), f"imports {module}")


def _missing_extra(output: str) -> _Reason | None:
    """Packages that frameworks ask for at run time only, in their own words."""
    found = re.search(
        r'requires "([\w-]+)" to be installed|([\w-]+) is not installed, run `pip install|'
        r'please install "([^"]+)"|'
        r"the command ([\w-]+) is not installed for this service|no (ASGI server):",
        output,
    )
    if not found:
        return None
    name = next(group for group in found.groups() if group)
    return _missing_package("uvicorn" if name == "ASGI server" else name, "needs it to run")


def _missing_package(name: str, use: str) -> _Reason:
    return _Reason(
        f"the package {name} is missing (the service {use})",
        f"add {name} to the service's requirements, or pass an interpreter that has it with --python",
    )


def _missing_variable(output: str) -> _Reason | None:
    patterns = (
        r"os\.py\", line \d+, in __getitem__[\s\S]*?^KeyError: '([A-Za-z_]\w*)'",
        r"environ\[[^\n]*\n(?:[^\n]*\n){0,6}?KeyError: '([A-Za-z_]\w*)'",
        r"UndefinedValueError: (\w+) not found",
        r"(?:EnvError|EnvValidationError): Environment variable \"(\w+)\"",
        r"ImproperlyConfigured: Set the (\w+) environment variable",
    )
    for pattern in patterns:
        found = re.findall(pattern, output, re.MULTILINE)
        if found:
            return _unset([found[-1]])
    return None


def _missing_setting(output: str) -> _Reason | None:
    """pydantic-settings: `N validation errors for Settings`, a field's name, then `Field required`."""
    if not re.search(r"ValidationError: \d+ validation errors? for", output):
        return None
    names = re.findall(r"^(\w+)\n\s+Field required", output, re.MULTILINE)
    return _unset([name.upper() for name in names]) if names else None


def _unset(names: list[str]) -> _Reason:
    word = "variable" if len(names) == 1 else "variables"
    options = " ".join(f"--env {name}=VALUE" for name in names)
    return _Reason(
        f"the environment {word} {', '.join(names)} is not set"
        if len(names) == 1
        else f"the environment {word} {', '.join(names)} are not set",
        f"give {options}, or set it under [service.env] in crashworthy.toml",
    )


def _no_application(output: str) -> _Reason | None:
    found = re.search(r"Error loading ASGI app\. (.+)|Error: (Could not (?:import|locate|find).+)", output)
    if not found:
        return None
    return _Reason(next(group for group in found.groups() if group), "check the module and name in the command")


def _exception(output: str) -> _Reason | None:
    """The last line of the last traceback."""
    found = re.findall(r"^((?:\w+\.)*\w*(?:Error|Exception|Exit|Configured|Interrupt)\b.*)$", output, re.MULTILINE)
    return (
        _Reason(str(found[-1])[:300], "mend what its traceback names, or name another [service] command")
        if found
        else None
    )


_FINDERS: tuple[Callable[[str], _Reason | None], ...] = (
    _missing_module,
    _missing_extra,
    _missing_variable,
    _missing_setting,
    _no_application,
    _exception,
)
