"""`.http` and `.rest` files, in the dialects of IntelliJ's HTTP client and VS Code's REST Client."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.traffic.lessons.curl import basic, parse_curl
from crashworthy.lab.traffic.lessons.recorded import OPEN, Recorded, recorded

_METHODS = "GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT"
_REQUEST = re.compile(rf"^({_METHODS})\s+(\S.*?)(?:\s+HTTP/[\d.]+)?\s*$")
_URL_ALONE = re.compile(r"^(https?://\S+|\{\{\w+\}\}/?\S*)\s*$")
_SEPARATOR = re.compile(r"^###(?!#)\s*(.*)$")
_VARIABLE = re.compile(r"^@([\w.-]+)\s*=\s*(.*?)\s*$")
_NAME = re.compile(r"^(?:#|//)\s*@name[\s=]+([\w.-]+)")
_COMMENT = re.compile(r"^(?:#|//)")
_HEADER = re.compile(r"^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$")
_MORE_QUERY = re.compile(r"^\s+([?&].*)$")
_HANDLER = re.compile(r"^[<>]\s*(?:\{%|[\w./-]+\.js\b)")
_INCLUDED = re.compile(r"^<@?\s+(\S.*)$")
_KEEPS = re.compile(
    r"client\.global\.set\(\s*['\"]([\w.-]+)['\"]\s*,\s*(?:JSON\.parse\()?(?:jsonPath\()?response\.body\)?"
    r"((?:\.\w+|\[\d+\]|\[['\"]\w+['\"]\])*)"
)
_ANSWERED = re.compile(r"\{\{\s*([\w.-]+)\.response\.body\.?(?:\$\.?)?([\w.\[\]/-]*)\s*\}\}")
_MAX_ROUNDS = 8
_MAX_INCLUDED = 1_000_000
_ENVIRONMENTS = ("http-client.env.json", "http-client.private.env.json", "rest-client.env.json")


@dataclass
class _Draft:
    """A request while its lines are read."""

    line: int
    method: str
    url: str
    name: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    script: list[str] = field(default_factory=list)


def read_rest(text: str, name: str, folder: Path | None = None) -> list[Recorded]:
    """The requests of such a file, in its order. Raises CrashworthyError that names file and line.

    Variables come from `@name = value` lines and the environment files in `folder`, where included bodies are, too;
    what only a running client knows stays open. Names that a response handler, or a named request, gives are known
    by their place in the answer.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    variables = _environment(folder)
    variables |= {match[1]: match[2] for line in lines if (match := _VARIABLE.match(line))}
    found: list[Recorded] = []
    for first, title, block in _blocks(lines):
        draft = _parse(block, first, title, name)
        if isinstance(draft, Recorded):
            found.append(draft)
        elif draft is not None:
            found.append(_finish(draft, name, variables, folder))
    return _with_names(found, text)


def _blocks(lines: list[str]) -> list[tuple[int, str, list[str]]]:
    """Line number of the first line, the words behind the separator, and the lines between two separators."""
    blocks: list[tuple[int, str, list[str]]] = [(1, "", [])]
    for number, line in enumerate(lines, 1):
        separator = _SEPARATOR.match(line)
        if separator:
            blocks.append((number + 1, separator[1].strip(), []))
        else:
            blocks[-1][2].append(line)
    return blocks


def _parse(block: list[str], first: int, title: str, file: str) -> _Draft | Recorded | None:
    """The request of a block, or None where there is none: comments and variables only."""
    draft: _Draft | None = None
    named = title
    state = "start"
    for offset, line in enumerate(block):
        number = first + offset
        if state == "start":
            if match := _NAME.match(line):
                named = match[1]
            if not line.strip() or _COMMENT.match(line) or _VARIABLE.match(line) or line.startswith("<"):
                continue
            if re.match(r"^\s*curl\s", line):
                rest = "\n".join(block[offset:])
                return parse_curl(re.sub(r"\\\n", " ", rest).strip()[4:], f"{file}:{number}", file)
            request = _REQUEST.match(line)
            alone = _URL_ALONE.match(line)
            if request is None and alone is None:
                raise CrashworthyError(
                    f"{file}:{number}: no request line: {line.strip()[:60]!r}",
                    remedy="A request begins with its method and URL, after ### where another one goes before it.",
                )
            method, url = (request[1], request[2]) if request else ("GET", alone[1] if alone else "")
            draft = _Draft(number, method, url, named)
            state = "headers"
        elif state == "headers" and draft is not None:
            if more := _MORE_QUERY.match(line):
                draft.url += more[1].strip()
            elif not line.strip():
                state = "body"
            elif _HANDLER.match(line):
                draft.script.append(line)
                state = "script"
            elif header := _HEADER.match(line):
                draft.headers.append((header[1], header[2]))
            elif not _COMMENT.match(line):
                raise CrashworthyError(
                    f"{file}:{number}: no header: {line.strip()[:60]!r}",
                    remedy="A header is `Name: value`; an empty line goes before the body.",
                )
        elif draft is not None:
            if state == "body" and _HANDLER.match(line):
                state = "script"
            (draft.body if state == "body" else draft.script).append(line)
    return draft


def _finish(draft: _Draft, file: str, variables: Mapping[str, str], folder: Path | None) -> Recorded:
    url = _filled(draft.url, variables)
    headers = [(name, _filled(value, variables)) for name, value in draft.headers]
    headers = [(name, _credentials(value) if name.lower() == "authorization" else value) for name, value in headers]
    return recorded(
        draft.method,
        url,
        headers=headers,
        content=_filled(_body(draft.body, folder), variables) or None,
        origin=f"{file}:{draft.line}",
        sequence=file,
        sets={**_kept("\n".join(draft.script)), **({f"@{draft.name}": ""} if draft.name else {})},
    )


def _body(lines: list[str], folder: Path | None) -> str:
    """The body's lines, files that it includes put in their place."""
    # IntelliJ writes where the answer was saved below the request.
    lines = [line for line in lines if not line.startswith("<> ")]
    out: list[str] = []
    for line in lines:
        included = _INCLUDED.match(line)
        out.append(_included(included[1].split()[-1], folder) if included else line)
    return "\n".join(out).strip()


def _included(path: str, folder: Path | None) -> str:
    """A file's text, if it lies below the folder of the recording."""
    if folder is None:
        return "{{file}}"
    try:
        place = (folder / path).resolve()
        if not place.is_relative_to(folder.resolve()) or place.stat().st_size > _MAX_INCLUDED:
            return "{{file}}"
        return place.read_text("utf-8")
    except (OSError, ValueError):
        return "{{file}}"


def _filled(text: str, variables: Mapping[str, str]) -> str:
    """Variables with their values, which may hold variables themselves."""
    for _ in range(_MAX_ROUNDS):
        filled = OPEN.sub(lambda match: variables.get(match[0][2:-2].strip(), match[0]), text)
        if filled == text or len(filled) > 1_000_000:
            break
        text = filled
    return text


def _credentials(value: str) -> str:
    """`Basic name password` and `Basic name:password`, which these clients encode themselves."""
    match = re.fullmatch(r"Basic\s+([^\s:]+)[\s:]+(\S+)", value)
    return basic(f"{match[1]}:{match[2]}") if match else value


def _kept(script: str) -> dict[str, str]:
    """Names that a response handler gives, with the JSON Pointers of their values."""
    return {name: "".join(f"/{key}" for key in re.findall(r"\w+", path)) for name, path in _KEEPS.findall(script)}


def _with_names(found: list[Recorded], text: str) -> list[Recorded]:
    """`{{login.response.body.$.token}}`: the request called `login` sets a value of that name."""
    wanted = {(match[1], match[2]): match[0][2:-2].strip() for match in _ANSWERED.finditer(text)}
    for request in found:
        assert isinstance(request.sets, dict)
        names = [name[1:] for name in request.sets if name.startswith("@")]
        for (owner, path), whole in wanted.items():
            if owner in names:
                request.sets[whole] = "".join(f"/{key}" for key in re.findall(r"[\w-]+", path))
        for name in names:
            request.sets.pop(f"@{name}")
    return found


def _environment(folder: Path | None) -> dict[str, str]:
    """The variables of the first environment that the files beside the recording describe, and of the shared one."""
    values: dict[str, str] = {}
    for name in _ENVIRONMENTS if folder is not None else ():
        try:
            assert folder is not None
            document = json.loads((folder / name).read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        if not isinstance(document, dict):
            continue
        shared = [each for key, each in document.items() if key == "$shared"]
        named = [each for key, each in document.items() if not key.startswith("$")]
        for group in (*shared, *named[:1]):
            if isinstance(group, dict):
                values |= {str(key): str(value) for key, value in group.items() if isinstance(value, str | int | float)}
    return values
