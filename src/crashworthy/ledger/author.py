"""Who wrote the change under test: a human, or an AI with its agent and model. And which change it is."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Literal

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.value import Value

# Names by which coding agents sign commits, in trailers such as Co-Authored-By, Assisted-by or Generated-by.
_AGENTS = {
    "aider": r"\baider\b",
    "amazon-q": r"\bamazon q\b",
    "claude": r"\bclaude\b",
    "codex": r"\bcodex\b",
    "copilot": r"\bcopilot\b",
    "cursor": r"\bcursor\b",
    "devin": r"\bdevin\b",
    "gemini": r"\bgemini\b",
    "jules": r"\bjules\b",
    "windsurf": r"\bwindsurf\b",
}
_TRAILER = re.compile(r"^(?:co-authored-by|assisted-by|generated-by|generated-with|ai-agent)\s*:\s*(.+)$", re.I | re.M)
_MODEL = re.compile(r"^(?:ai-model|model)\s*:\s*(.+)$", re.I | re.M)
_GIT_TIMEOUT_S = 10
_MOST_DIFF = 2_000_000


class Author(Value):
    """`kind` is "unknown" when neither flags nor commits say; `source` names where it is known from."""

    kind: Literal["human", "ai", "unknown"] = "unknown"
    agent: str | None = None
    model: str | None = None
    source: str = ""


class Change(Value):
    """The change under test: commits after `base` up to `commit`; `dirty` when files differ from `commit`."""

    commit: str | None = None
    base: str | None = None
    dirty: bool = False
    repository: str | None = None


def author_of(source: Path, *, author: str | None, agent: str | None, model: str | None) -> Author:
    """The author by flags, else by the trailers of the commits of the change, else unknown."""
    if author not in (None, "human", "ai"):
        raise CrashworthyError(f"--author {author!r} is not known", remedy="Say --author human or --author ai.")
    if author == "human" and (agent or model):
        raise CrashworthyError("--author human contradicts --agent and --model", remedy="Leave one of them out.")
    if author or agent or model:
        return Author(kind="human" if author == "human" else "ai", agent=agent, model=model, source="flags")
    return author_of_commits(_messages(source))


def author_of_commits(messages: str) -> Author:
    """The author that the trailers in commit messages name."""
    for trailer in _TRAILER.findall(messages):
        for name, pattern in _AGENTS.items():
            if re.search(pattern, trailer, re.I):
                model = _MODEL.search(messages)
                return Author(kind="ai", agent=name, model=model[1].strip() if model else None, source="commit trailer")
    return Author()


def change_of(source: Path) -> Change:
    """The change that the folder holds; an empty one outside git."""
    commit = _git(source, "rev-parse", "HEAD")
    if commit is None:
        return Change()
    return Change(
        commit=commit,
        base=_base(source),
        dirty=bool(_git(source, "status", "--porcelain", "--untracked-files=no", "--", ".")),
        repository=_git(source, "config", "--get", "remote.origin.url"),
    )


def difference_of(source: Path) -> tuple[str, str]:
    """The change as a unified diff, and the messages of its commits; both empty outside git, the diff bounded."""
    base = _base(source)
    diff = _git(source, "diff", "--no-color", "--no-ext-diff", *([base] if base else []), "--", ".")
    return (diff or "")[:_MOST_DIFF], _messages(source)


def file_at(source: Path, commit: str, file: str) -> str | None:
    """A file of the folder as it stood in a commit; None outside git, or where the commit does not have it."""
    return _output(source, "show", f"{commit}:./{file}") if re.fullmatch(r"[0-9a-f]{7,64}", commit) else None


def _base(source: Path) -> str | None:
    """Where the branch left the main line; without one, the commit before."""
    head = _git(source, "rev-parse", "HEAD")
    for branch in ("@{upstream}", "origin/HEAD", "origin/main", "origin/master", "main", "master"):
        base = _git(source, "merge-base", "HEAD", branch)
        if base and base != head:
            return base
    return _git(source, "rev-parse", "HEAD~1")


def _messages(source: Path) -> str:
    base = _base(source)
    span = f"{base}..HEAD" if base else "HEAD"
    return _git(source, "log", "--max-count=50", "--format=%B", span, "--", ".") or ""


def _git(folder: Path, *words: str) -> str | None:
    """What git prints, without the space around it, or None as for `_output`."""
    output = _output(folder, *words)
    return None if output is None else output.strip()


def _output(folder: Path, *words: str) -> str | None:
    """What git prints, or None when it fails, is missing, or this is no repository."""
    command = ["git", "-C", str(folder), *words]
    try:
        result = subprocess.run(command, capture_output=True, timeout=_GIT_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout.decode(errors="replace") if result.returncode == 0 else None
