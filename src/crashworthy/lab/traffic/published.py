"""Where the OpenAPI document of a service is: given by the user, served, or a file in its folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.history import Response
from crashworthy.core.scenario import Step
from crashworthy.lab.traffic.documents import MAX_BYTES
from crashworthy.lab.traffic.encode import prepare
from crashworthy.lab.traffic.openapi import Api, parse_openapi
from crashworthy.lab.traffic.wire import READ_BYTES, Connection

_SERVED_AT = (
    "/openapi.json", "/swagger.json", "/api/openapi.json", "/api/swagger.json", "/api/schema/", "/api/schema",
    "/openapi.yaml", "/api/openapi.yaml", "/apispec_1.json", "/apispec.json", "/schema", "/docs/openapi.json",
    "/api/docs/openapi.json", "/api/v1/openapi.json", "/v1/openapi.json", "/schema/openapi.json",
    "/.well-known/openapi.json",
)  # fmt: skip
_PAGES = ("/docs", "/swagger", "/api/docs", "/swagger-ui", "/apidocs/", "/redoc")
# How routes are called that answer with a document, and with a page about one.
_DOCUMENT_NAME = re.compile(
    r"_*(open-?api|swagger|api-?spec|specs?|api-?docs?|docs?|schema|api)_*([_-]?v?\d+)?(\.(json|ya?ml))?", re.IGNORECASE
)
_PAGE_NAME = re.compile(r"_*(api-?docs?|docs?|documentation|swagger(-?ui)?|redoc|scalar|rapidoc)_*", re.IGNORECASE)
_LINK = re.compile(r"""(?:url|spec-url|"url"|openapi)["']?\s*[:=]\s*\(?["']([^"']+)["']""")
_FILE_NAME = re.compile(r"(open-?api|swagger|api-?spec)[\w.-]*\.(ya?ml|json)", re.IGNORECASE)
_FILE_KIND = re.compile(r"[\w.-]+\.(ya?ml|json)", re.IGNORECASE)
_FILE_MARK = re.compile(r"""^\s*\{?\s*["']?(openapi|swagger)["']?\s*:\s*["']?[23]\.""", re.MULTILINE)
_SKIPPED_FOLDERS = {"node_modules", "venv", "env", "site-packages", "__pycache__", "dist", "build", "tests", "test"}
_BEGINNING = 4096
_MOST_ROUTES = 30
_MOST_FILES = 200
_TIMEOUT_S = 5.0


def given(path: Path) -> Api:
    """The document that the user named; CrashworthyError when it cannot be used."""
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise CrashworthyError(
            f"{path}: cannot be read: {error.strerror}", remedy="Give the file's path with --openapi."
        ) from None
    return parse_openapi(text, str(path))


def served(base_url: str, routes: Iterable[str], notes: list[str]) -> Api | None:
    """The document that the service answers with: where it usually is, at one of its `routes`, or linked by a page.

    `routes` are paths that a GET is known for; those with parameters are not asked.
    """
    literal = [path for path in routes if "{" not in path]
    named = [path for path in literal if _DOCUMENT_NAME.fullmatch(_last(path))]
    for path in dict.fromkeys((*_SERVED_AT, *named[:_MOST_ROUTES])):
        api = _try(base_url, path, notes)
        if api is not None:
            return api
    pages = [path for path in literal if _PAGE_NAME.fullmatch(_last(path))]
    for page in dict.fromkeys((*_PAGES, *pages[:_MOST_ROUTES], "/")):
        for linked in _links(base_url, page):
            api = _try(base_url, linked, notes)
            if api is not None:
                return api
    return None


def in_folder(root: Path, notes: list[str]) -> Api | None:
    """The document that lies in the folder: first those named as documents are, then any file that says it is one."""
    files = sorted(_files(root, 3), key=lambda path: (len(path.parts), str(path)))
    named = [path for path in files if _FILE_NAME.fullmatch(path.name)]
    others = [path for path in files[:_MOST_FILES] if path not in named and _says_so(path)]
    for path in (*named, *others):
        name = path.relative_to(root).as_posix()
        try:
            text = path.read_text("utf-8", errors="replace")
            return parse_openapi(text, name)
        except (OSError, CrashworthyError) as error:
            notes.append(f"{name} is left out: {error}")
    return None


def get(base_url: str, path: str) -> Response | None:
    """What a GET is answered, or None when nothing came."""
    step = Step(actor="nobody", operation=f"GET {path}", method="GET", path=path)
    prepared = prepare(step, {}, base_url)
    return Connection(base_url, _TIMEOUT_S, keep_bytes=READ_BYTES).exchange(prepared.wire, "GET").response


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _links(base_url: str, page: str) -> Iterator[str]:
    """Paths that a page names as its document's, on the same host."""
    answer = get(base_url, page)
    if answer is None or answer.status != 200:
        return
    for found in _LINK.findall(answer.body)[:5]:
        address = urlsplit(urljoin(base_url + page, found))
        if f"//{address.netloc}" in base_url:
            yield address.path


def _try(base_url: str, path: str, notes: list[str]) -> Api | None:
    answer = get(base_url, path)
    if answer is None or answer.status != 200 or len(answer.body) > MAX_BYTES or "paths" not in answer.body:
        return None
    if answer.body.lstrip()[:1] == "<":
        return None  # a page
    try:
        return parse_openapi(answer.body, path)
    except CrashworthyError as error:
        notes.append(f"the document served at {path} is left out: {error.message}")
        return None


def _says_so(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _FILE_MARK.search(file.read(_BEGINNING).decode(errors="replace")) is not None
    except OSError:
        return False


def _files(folder: Path, depth: int) -> Iterable[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.is_file() and _FILE_KIND.fullmatch(entry.name):
            yield entry
        elif depth and entry.is_dir() and entry.name not in _SKIPPED_FOLDERS and not entry.name.startswith("."):
            yield from _files(entry, depth - 1)
