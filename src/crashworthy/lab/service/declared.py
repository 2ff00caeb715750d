"""Commands by which a folder itself says how to start its service: Procfile, Dockerfile, README, pyproject."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from crashworthy.lab.service.command import Step, exists_in, read_line
from crashworthy.lab.service.plan import StartKind, StartPlan

_SCRIPT_NAMES = frozenset({"api", "app", "dev", "main", "run", "serve", "server", "start", "web"})
_FENCE = re.compile(r"^\s*(```|~~~)")
_CODE_LANGUAGES = frozenset({"", "bash", "console", "sh", "shell", "shell-session", "text", "zsh"})


@dataclass(frozen=True)
class _Line:
    """A line of a file that may be a command; `block` tells which lines belong together."""

    text: str
    number: int
    block: int


def declared_starts(root: Path, folders: tuple[str, ...]) -> tuple[StartPlan, ...]:
    """Declared starts of a Python service whose files exist, in order of preference.

    `folders` are those in which the service may run, relative to the root; a declaration does not always say.
    """
    found: list[StartPlan] = []
    for folder in folders:
        found += _of_procfile(root, folder)
    for folder in folders:
        found += _of_dockerfile(root, folder)
    for folder in folders:
        found += _of_readme(root, folder, folders)
    for folder in folders:
        found += _of_pyproject(root, folder)
    return tuple(found)


def dockerfile_command(path: Path) -> str:
    """What a Dockerfile starts, as a command line; empty when it starts nothing of its own."""
    entry, command = "", ""
    for line in _joined_lines(path.read_text(errors="replace")):
        word, _, rest = line.text.strip().partition(" ")
        if word.upper() == "FROM":  # only the last stage is run
            entry, command = "", ""
        elif word.upper() == "ENTRYPOINT":
            entry = _docker_words(rest)
        elif word.upper() == "CMD":
            command = _docker_words(rest)
    return f"{entry} {command}".strip()


def _of_procfile(root: Path, folder: str) -> Iterator[StartPlan]:
    path = root / folder / "Procfile"
    if not path.is_file():
        return
    origin = _origin(root, path)
    for line in _joined_lines(path.read_text(errors="replace")):
        name, _, command = line.text.partition(":")
        if name.strip() == "web":
            yield from _last_server(read_line(command, f"{origin}:{line.number}"), root, (folder,))


def _of_dockerfile(root: Path, folder: str) -> Iterator[StartPlan]:
    path = root / folder / "Dockerfile"
    if not path.is_file():
        return
    command = dockerfile_command(path)
    shell = re.fullmatch(r"(?:/bin/)?(?:ba)?sh -l?c (.+)", command, re.DOTALL)
    if shell:
        command = " ".join(shlex.split(shell[1]))
    variables = tuple(_docker_variables(path.read_text(errors="replace")))
    yield from _last_server(read_line(" ".join((*variables, command)), _origin(root, path)), root, (folder,))


def _of_readme(root: Path, folder: str, folders: tuple[str, ...]) -> Iterator[StartPlan]:
    readmes = sorted(path for path in (root / folder).glob("[Rr][Ee][Aa][Dd][Mm][Ee]*") if path.is_file())
    for path in readmes[:1]:
        here, block, steps, exports = folder, -1, list[Step](), list[str]()
        for line in _code_lines(path.read_text(errors="replace")):
            if line.block != block:
                here, block, steps, exports = folder, line.block, [], []
            text = re.sub(r"^\s*[$>%]\s+", "", line.text)
            change = re.match(r"\s*cd\s+([\w./-]+)\s*(?:&&|;|$)", text)
            if change:
                here = _inside(root, here, change[1]) or here
            if export := re.match(r"\s*export\s+(\w+=.*)", text):
                exports.append(export[1])
                continue
            for step in read_line(" ".join((*exports, text)), f"{_origin(root, path)}:{line.number}"):
                if not step.serves:
                    steps.append(step)
                else:
                    yield from _last_server([*steps, step], root, tuple(dict.fromkeys((here, *folders))))


def _of_pyproject(root: Path, folder: str) -> Iterator[StartPlan]:
    path = root / folder / "pyproject.toml"
    if not path.is_file():
        return
    try:
        data = tomllib.loads(path.read_text(errors="replace"))
    except tomllib.TOMLDecodeError:
        return
    project, poetry = data.get("project", {}), data.get("tool", {}).get("poetry", {})
    names = _SCRIPT_NAMES | {str(project.get("name", "")), str(poetry.get("name", ""))}
    for name, target in {**poetry.get("scripts", {}), **project.get("scripts", {})}.items():
        if name not in names or not isinstance(target, str):
            continue
        module = target.partition(":")[0].replace(".", "/")
        for below in (".", "src"):
            base = root / folder / below
            if (base / f"{module}.py").is_file() or (base / module).is_dir():
                where = str(PurePosixPath(folder) / below)
                yield StartPlan(StartKind.CALL, target=target, folder=where, origin=f"{_origin(root, path)} [{name}]")


def _last_server(steps: list[Step], root: Path, folders: tuple[str, ...]) -> Iterator[StartPlan]:
    """The last step that serves, with those before it that prepare it, in the first folder that has its files."""
    servers = [step.plan for step in steps if step.serves]
    if not servers:
        return
    for folder in folders:
        if exists_in(servers[-1], root / folder):
            before = tuple(
                step.plan.with_folder(folder)
                for step in steps
                if not step.serves
                and exists_in(step.plan, root / folder)
                and _has_work(step.plan, steps, root / folder)
            )
            yield replace(servers[-1], folder=folder, before=before)
            return


def _has_work(plan: StartPlan, steps: list[Step], folder: Path) -> bool:
    """False for `flask db upgrade` where nothing made the folder of migrations or makes it, as `flask db init` does."""
    words = {*plan.words}
    if not {"flask", "db", "upgrade"} <= words or (folder / "migrations" / "env.py").is_file():
        return True
    return any({"db", "init"} <= {*step.plan.words} for step in steps)


def _joined_lines(text: str) -> Iterator[_Line]:
    """Lines with backslash continuations joined; comments of their own line left out."""
    waiting, first = "", 1
    for number, line in enumerate(text.splitlines(), start=1):
        if not waiting:
            first = number
            if line.lstrip().startswith("#"):
                continue
        if line.rstrip().endswith("\\"):
            waiting += line.rstrip()[:-1] + " "
            continue
        yield _Line(waiting + line, first, 0)
        waiting = ""


def _code_lines(text: str) -> Iterator[_Line]:
    """Lines of a Markdown or reStructuredText file's shell blocks: fenced, or indented by four."""
    block, fenced, shell, indented = 0, False, False, False
    kept: list[str] = []
    blocks: list[int] = []
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
            language = line.strip().lstrip("`~").strip().split(" ")[0].lower()
            shell = fenced and language in _CODE_LANGUAGES
            block += 1
            indented = False
            is_code = False
        elif fenced:
            is_code = shell
        else:
            was_indented, indented = indented, line.startswith(("    ", "\t")) or (indented and not line.strip())
            block += indented and not was_indented
            is_code = indented
        kept.append(line if is_code else "")
        blocks.append(block)
    # The comment `# or: COMMAND` is a command too, which joining would drop.
    uncommented = "\n".join(re.sub(r"^(\s*)#\s*or:?\s+", r"\1", line) for line in kept)
    for joined in _joined_lines(uncommented):
        if joined.text.strip():
            yield replace(joined, block=blocks[joined.number - 1])


def _docker_words(text: str) -> str:
    """The exec form (a JSON list) or the shell form of CMD and ENTRYPOINT."""
    try:
        words = json.loads(text)
    except ValueError:
        return text.strip()
    return shlex.join(map(str, words)) if isinstance(words, list) else text.strip()


def _docker_variables(text: str) -> Iterator[str]:
    for line in _joined_lines(text):
        found = re.match(r"\s*ENV\s+(.+)", line.text, re.IGNORECASE)
        if not found:
            continue
        pairs = found[1] if "=" in found[1].split(" ")[0] else "=".join(found[1].split(maxsplit=1))
        try:
            yield from (shlex.quote(pair) for pair in shlex.split(pairs) if "=" in pair)
        except ValueError:
            continue


def _inside(root: Path, folder: str, change: str) -> str | None:
    """The folder after `cd`, if it is one of the service's; people also change into the checkout itself."""
    path = (root / folder / change).resolve()
    if path.is_dir() and path.is_relative_to(root.resolve()):
        return path.relative_to(root.resolve()).as_posix()
    return None


def _origin(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()
