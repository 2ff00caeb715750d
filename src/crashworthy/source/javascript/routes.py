"""Operations of a service in JavaScript: routes of Express, Fastify, Koa and their like, of tables and comparisons."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from crashworthy.core.location import Location
from crashworthy.core.operation import Operation, Parameter, ParameterIn
from crashworthy.source.javascript.inputs import body_of, parameters_of
from crashworthy.source.javascript.text import closing, without_comments, without_literals
from crashworthy.source.routes.patterns import templates
from crashworthy.source.routes.route import join
from crashworthy.source.routes.syntaxes import read_pieces
from crashworthy.source.schema_types import Schema

MAX_FILES = 400
MAX_BYTES = 1_000_000
_ENDINGS = (".js", ".mjs", ".cjs", ".ts", ".mts")
_SKIPPED = frozenset({"node_modules", "dist", "build", "coverage", "public", "static", "test", "tests", "__tests__"})
_IS_TEST = re.compile(r"\.(test|spec|d)\.[cm]?[jt]s$")
_METHODS = "get|post|put|patch|delete"
# router.get('/x', handler): two arguments at least, or it is a cache that is asked.
_CALLED = re.compile(rf"\b([A-Za-z_$][\w$]*)\s*\.\s*({_METHODS})\s*\(\s*(['\"`])(/[^'\"`\s]*|)\3\s*,")
# route('GET', '/x', handler) and ['GET', '/x', handler]
_LISTED = re.compile(rf"[\w$)]?\s*[(\[]\s*(['\"])((?i:{_METHODS}))\1\s*,\s*(['\"`])(/[^'\"`\s]*)\3\s*,")
_CHAINED = re.compile(r"\b([A-Za-z_$][\w$]*)\s*\.\s*route\s*\(\s*(['\"`])(/[^'\"`\s]*)\2\s*\)")
_CHAIN_LINK = re.compile(rf"\s*\.\s*({_METHODS})\s*\(")
_METHOD_KEY = re.compile(rf"\bmethod\s*:\s*(['\"])((?i:{_METHODS}))\1")
_PATH_KEY = re.compile(r"\b(?:url|path|pattern)\s*:\s*(['\"`])(/[^'\"`\s]*)\1")
_COMPARED = re.compile(r"\b(?:url|pathname|path|route)\s*===?\s*(['\"`])(/[^'\"`\s?]*)\1")
_MATCHED = re.compile(r"\b(?:url|pathname|path|route)\.match\(\s*/(\^\\/(?:[^/\n\\]|\\.|\[[^\]]*\])*)/\w*\s*\)")
_ASKED_METHOD = re.compile(rf"\bmethod\s*===?\s*(['\"])((?i:{_METHODS}))\1")
_MOUNTED = re.compile(r"\b([A-Za-z_$][\w$]*)\s*\.\s*use\s*\(\s*(['\"`])(/[^'\"`\s]*)\2\s*,([^;\n]*)\)")
_REGISTERED = re.compile(r"\.\s*register\s*\(\s*([^,;]+),\s*\{[^{}]*prefix\s*:\s*(['\"`])(/[^'\"`\s]*)\2")
_IMPORTED = re.compile(
    r"(?:const|let|var)\s+(\w+)\s*=\s*require\(\s*['\"](\.[^'\"]*)['\"]\s*\)|"
    r"import\s+(?:\*\s+as\s+)?(\w+)(?:\s*,\s*\{[^}]*\})?\s+from\s+['\"](\.[^'\"]*)['\"]"
)
_REQUIRED = re.compile(r"require\(\s*['\"](\.[^'\"]*)['\"]\s*\)")
_OWN_PREFIX = re.compile(r"new\s+\w*Router\s*\(\s*\{[^{}]*prefix\s*:\s*(['\"`])(/[^'\"`\s]*)\1")
# What has methods of these names and is no router.
_CLIENTS = frozenset(
    {"axios", "fetch", "got", "ky", "superagent", "client", "api", "agent", "cache", "redis", "map", "session",
     "http", "https", "localStorage", "supertest", "nock", "scope"}
)  # fmt: skip


@dataclass
class _File:
    path: str
    text: str
    bare: str
    prefixes: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Found:
    method: str
    path: str
    file: _File
    start: int
    handler: str
    holder: str = ""


def javascript_operations(root: Path) -> tuple[Operation, ...]:
    """All operations that the files below `root` show, by path and method; none where it is no such service."""
    files = {file.path: file for file in _files(root)}
    mounts = _mounts(files)
    found: dict[str, Operation] = {}
    for file in files.values():
        for each in _routes(file, files):
            prefixes = mounts.get((file.path, each.holder)) or sorted(file.prefixes) or [""]
            for prefix in prefixes:
                for operation in _operations(each, prefix):
                    found.setdefault(operation.name, operation)
    return tuple(sorted(found.values(), key=lambda each: (each.path, each.method)))


def _files(root: Path) -> Iterator[_File]:
    count = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
        for name in sorted(names):
            path = Path(folder) / name
            if not name.endswith(_ENDINGS) or _IS_TEST.search(name) or path.is_symlink():
                continue
            count += 1
            try:
                if count > MAX_FILES or path.stat().st_size > MAX_BYTES:
                    continue
                text = without_comments(path.read_text("utf-8", errors="replace"))
            except OSError:
                continue
            yield _File(path.relative_to(root).as_posix(), text, without_literals(text))


def _mounts(files: dict[str, _File]) -> dict[tuple[str, str], list[str]]:
    """Prefixes by file and router's name, for routers mounted in their own file; files get those of others."""
    own: dict[tuple[str, str], list[str]] = {}
    for file in files.values():
        imported = {one or three: two or four for one, two, three, four in _IMPORTED.findall(file.text)}
        told = [(match[3], match[4]) for match in _MOUNTED.finditer(file.text)]
        told += [(match[3], match[1]) for match in _REGISTERED.finditer(file.text)]
        for prefix, rest in told:
            for relative in [
                *_REQUIRED.findall(rest),
                *(imported[name] for name in re.findall(r"\w+", rest) if name in imported),
            ]:
                target = _target(file.path, relative, files)
                if target is not None:
                    target.prefixes.add(prefix)
            for name in re.findall(r"\b[A-Za-z_$][\w$]*\b", rest):
                if name not in imported:
                    own.setdefault((file.path, name), []).append(prefix)
        for match in _OWN_PREFIX.finditer(file.text):
            file.prefixes = {join(prefix, match[2]) if prefix else match[2] for prefix in (file.prefixes or {""})}
    return own


def _target(importer: str, relative: str, files: dict[str, _File]) -> _File | None:
    base = PurePosixPath(os.path.normpath(PurePosixPath(importer).parent / relative))
    names = [str(base), *(f"{base}{ending}" for ending in _ENDINGS), *(f"{base}/index{ending}" for ending in _ENDINGS)]
    names.append(str(base.with_suffix(".ts")))  # TypeScript imports what it will be compiled to
    return next((files[name] for name in names if name in files), None)


def _routes(file: _File, files: dict[str, _File]) -> Iterator[_Found]:
    for match in _CALLED.finditer(file.text):
        if match[1].lower() not in _CLIENTS and _is_code(file, match.start()):
            opening = file.bare.index("(", match.start(2))
            handler = _handler(file, match.end(), closing(file.bare, opening), files)
            yield _Found(match[2].upper(), match[4] or "/", file, match.start(), handler, match[1])
    for match in _LISTED.finditer(file.text):
        if _is_code(file, match.start(1) - 1):
            opening = max(file.bare.rfind("(", 0, match.start(1)), file.bare.rfind("[", 0, match.start(1)))
            handler = _handler(file, match.end(), closing(file.bare, opening), files)
            yield _Found(match[2].upper(), match[4], file, match.start(1), handler)
    for match in _CHAINED.finditer(file.text):
        place = match.end()
        while link := _CHAIN_LINK.match(file.text, place):
            place = closing(file.bare, link.end() - 1) + 1
            handler = _handler(file, link.end(), place - 1, files)
            yield _Found(link[1].upper(), match[3], file, link.start(1), handler, match[1])
    for match in _METHOD_KEY.finditer(file.text):
        opening, end = _object_around(file.bare, match.start())
        path = _PATH_KEY.search(file.text, opening, end)
        if (
            path is not None
            and "handler" in file.text[opening:end]
            and "fetch" not in file.text[opening - 30 : opening]
        ):
            yield _Found(match[2].upper(), path[2], file, match.start(), _handler(file, opening, end, files))
    yield from _compared(file)


def _compared(file: _File) -> Iterator[_Found]:
    """`if (method === 'GET' && url === '/x') { ... }`; a path without a method is asked by GET."""
    for match in [*_COMPARED.finditer(file.text), *_MATCHED.finditer(file.text)]:
        opening = file.bare.rfind("if", 0, match.start())
        brackets = file.bare.find("(", opening)
        end = closing(file.bare, brackets) if opening >= 0 and brackets >= 0 else -1
        if end < match.start():
            continue
        method = _ASKED_METHOD.search(file.text, opening, end)
        block = file.bare.find("{", end)
        handler = file.text[block : closing(file.bare, block)] if 0 <= block <= end + 3 else ""
        paths = [match[2]] if match.re is _COMPARED else [path for path, _ in templates(match[1].replace("\\/", "/"))]
        for path in paths:
            yield _Found(method[2].upper() if method else "GET", path, file, match.start(), handler)


def _is_code(file: _File, place: int) -> bool:
    return file.bare[place : place + 1] == file.text[place : place + 1]


def _object_around(bare: str, place: int) -> tuple[int, int]:
    opening = bare.rfind("{", 0, place)
    return max(opening, 0), closing(bare, max(opening, 0))


def _handler(file: _File, start: int, end: int, files: dict[str, _File]) -> str:
    """The text of a route's handlers: those written in place, and named functions wherever they are."""
    given = file.text[start:end]
    if "=>" in given or "function" in given:
        return given
    texts = [given]
    for name in dict.fromkeys(re.findall(r"(?:[\w$]+\.)*([A-Za-z_$][\w$]*)", given)):
        found = next((text for each in (file, *files.values()) if (text := _definition(each, name)) is not None), None)
        texts += [found] if found is not None else []
    return "\n".join(texts)


def _definition(file: _File, name: str) -> str | None:
    match = re.search(
        rf"(?:function\s+{re.escape(name)}\s*\(|(?:const|let|var|exports\.|module\.exports\.)\s*{re.escape(name)}\s*=\s*"
        rf"(?:async\s*)?(?:function\b|\()|^\s*(?:async\s+)?{re.escape(name)}\s*\((?=[^()\n]*\)\s*\{{))",
        file.bare,
        re.MULTILINE,
    )
    block = file.bare.find("{", match.end()) if match is not None else -1
    return file.text[match.start() : closing(file.bare, block) + 1] if match is not None and block >= 0 else None


def _operations(found: _Found, prefix: str) -> Iterator[Operation]:
    line = found.file.text.count("\n", 0, found.start) + 1
    path = join(prefix, found.path) if found.path != "/" or not prefix else prefix
    for template, schemas in read_pieces([("text", ""), ("colon", path)]):
        names = re.findall(r"\{([^{}]+)\}", template)
        text: Schema = {"type": "string", "minLength": 1}
        in_path = [
            Parameter(
                name=name,
                where=ParameterIn.PATH,
                required=True,
                data_schema=schemas.get(name) or _of_path(name, found) or text,
            )
            for name in names
        ]
        yield Operation(
            method=found.method,
            path=template,
            parameters=(*in_path, *parameters_of(found.handler)),
            body=body_of(found.handler) if found.method not in {"GET", "DELETE"} else None,
            handler=Location(file=found.file.path, line=line),
            source="routes",
        )


def _of_path(name: str, found: _Found) -> Schema | None:
    numeric = rf"(?:Number|parseInt)\(\s*\w+\.params\.{re.escape(name)}\b"
    return {"type": "integer", "minimum": 0} if re.search(numeric, found.file.text) else None
