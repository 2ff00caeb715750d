"""The driver on examples whose words were exchanged: it goes by types, structure and answers, not by names.

A seeded dictionary gives every word of the service's own vocabulary (fields, columns, tables, paths, functions,
classes, and the same words in its messages) a word without meaning. What belongs to libraries and protocols stays.
"""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import random
import re
import shutil
import sys
import tempfile
import time
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from crashworthy.constraints.model import Constraints
from crashworthy.lab.traffic.discover import discover
from crashworthy.lab.traffic.driver import LearnContext, learn
from crashworthy.run.folder import create_run_folder
from crashworthy.run.outside import TestRequest, prepare
from crashworthy.run.stand import open_stand
from crashworthy.source.parse import parse_folder

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
SQL_NAMES = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)|^\s*([a-z_]+)\s+(?:INTEGER|TEXT|REAL|NUMERIC)", re.M)
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Words of grammar and of HTTP, which mean the same in every API.
COMMON = frozenset(
    re.findall(r"\w+", "a an and app as at by for from has id in is key me my no not of off on or out per q to with x")
)


class Vocabulary(ast.NodeVisitor):
    """What the service names itself (`own`), and what belongs to libraries (`foreign`)."""

    def __init__(self, modules: Iterable[str]) -> None:
        self.modules = frozenset(modules)
        self.own: set[str] = set()
        # The key of a dictionary that goes to a library as its arguments.
        self.foreign: set[str] = {*dir(builtins), "check_same_thread"}
        self.functions: set[str] = set()

    def read(self, trees: Iterable[ast.Module], schemas: Iterable[str]) -> set[str]:
        trees = list(trees)
        for node in (node for tree in trees for node in ast.walk(tree)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.functions.add(node.name)
        for tree in trees:
            self.visit(tree)
        for text in schemas:
            self.own |= {name for pair in SQL_NAMES.findall(text) for name in pair if name}
        self.own |= self.functions
        return {name for name in self.own - self.foreign if not name.startswith("__") and not name.isupper()}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.own |= {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.own.add(node.target.id)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.own.add(node.id)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        module = getattr(node, "module", None)
        self.foreign |= {part for alias in node.names for part in alias.name.split(".")} - self.functions
        self.foreign |= set((module or "").split("."))

    visit_ImportFrom = visit_Import  # noqa: N815

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.id if isinstance(node.func, ast.Name) else None
        if isinstance(node.func, ast.Attribute):
            owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            if node.func.attr not in self.functions or (owner in self.foreign and owner not in self.modules):
                self.foreign.add(node.func.attr)
            called = node.func.attr
            if called == "get":
                self._keys(node.args[:1])
            if called in ("get", "post", "put", "patch", "delete") and node.args:
                self._path(node.args[0])
        if called not in self.functions:
            self.foreign |= {each.arg for each in node.keywords if each.arg}
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._keys([node.slice])
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        self._keys([key for key in node.keys if key])
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.own |= {name for pair in SQL_NAMES.findall(node.value) for name in pair if name}

    def _keys(self, nodes: Iterable[ast.expr]) -> None:
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch("[a-z_]+", node.value):
                self.own.add(node.value)

    def _path(self, node: ast.expr) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("/"):
            self.own |= set(re.findall(r"[a-z_]+", re.sub(r"<\w+:|\.\w+$", "<", node.value)))


class Dictionary:
    """Words without meaning, the same for the same seed. A plural stays the plural of its word."""

    def __init__(self, seed: int, identifiers: Iterable[str]) -> None:
        self.words: dict[str, str] = {}
        self._random = random.Random(seed)
        self.identifiers = {name: self._renamed(name) for name in sorted(identifiers)}

    def _renamed(self, name: str) -> str:
        parts = re.findall(r"_+|[A-Z]?[a-z0-9]+|[A-Z]+", name)
        return "".join(part if part.startswith("_") else self._word(part) for part in parts)

    def _word(self, word: str) -> str:
        low = word.lower()
        if low in COMMON or len(low) < 2 or low.isdigit():
            return word
        plural = low.endswith("s") and len(low) > 3
        new = self._invented(low[:-1]) + "s" if plural else self._invented(low)
        return new.capitalize() if word[0].isupper() else new

    def _invented(self, word: str) -> str:
        while word not in self.words:
            new = "".join(self._random.choice("bdfgklmnprtvz") + self._random.choice("aeiou") for _ in range(3))
            if new not in self.words.values():
                self.words[word] = new
        return self.words[word]

    def text(self, text: str, *, prose: bool) -> str:
        """The text in the new words; with `prose` also words that are no identifiers."""

        def new(match: re.Match[str]) -> str:
            name = match[0]
            if name in self.identifiers:
                return self.identifiers[name]
            stem = name.lower()
            singular = stem[:-1] if stem.endswith("s") and len(stem) > 3 else stem
            if prose and singular in self.words and not name.isupper() and stem not in COMMON:
                return self._word(name)
            return name

        return IDENTIFIER.sub(new, text)


def renamed(source: Path, target: Path, seed: int) -> Dictionary:
    """Copy a service in other words; the dictionary that was used."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.md"))
    files = sorted(target.glob("*.py"))
    schemas = sorted(target.glob("*.sql"))
    modules = {part for file in (*files, *schemas) for part in file.name.split(".")}
    texts = {file: file.read_text("utf-8") for file in files}
    names = Vocabulary(modules).read(map(ast.parse, texts.values()), [file.read_text("utf-8") for file in schemas])
    dictionary = Dictionary(seed, names - modules)
    for file, text in texts.items():
        file.write_text("".join(_in_other_words(text, dictionary)), "utf-8")
    for file in schemas:
        file.write_text(dictionary.text(file.read_text("utf-8"), prose=False), "utf-8")
    return dictionary


def _in_other_words(text: str, dictionary: Dictionary) -> Iterator[str]:
    """The source with each token exchanged, and all between the tokens as it was."""
    lines = text.splitlines(keepends=True)
    row, column = 1, 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in TEXTS and token.type != tokenize.NAME:
            continue
        (first, start), (last, end) = token.start, token.end
        while row < first:
            yield lines[row - 1][column:]
            row, column = row + 1, 0
        yield lines[row - 1][column:start]
        if token.type == tokenize.STRING and re.match("[a-zA-Z]*[fF]", token.string):
            # Before 3.12 the code in an f-string is no token of its own.
            for part in re.split(r"(\{[^{}]*\})", token.string):
                yield dictionary.text(part, prose=not part.startswith("{"))
        elif keyword.iskeyword(token.string):
            yield token.string
        else:
            yield dictionary.text(token.string, prose=token.type in TEXTS)
        row, column = last, end
    yield lines[row - 1][column:]
    yield from lines[row:]


# From 3.12 on an f-string is several tokens.
TEXTS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


def reached_share(source: Path, seed: int = 1, seconds: float = 60.0) -> float:
    """The share of the operations that the driver reaches."""
    folder = create_run_folder()
    request = TestRequest(source=source, constraints=Constraints(), python=Path(sys.executable), seed=seed)
    job = prepare(request, folder, lambda _event: None)
    tree = parse_folder(source)
    with open_stand(job, tree, folder, lambda _event: None) as stand:
        with stand.testbed.fresh() as instance:
            found = discover(tree, instance)
        playbook = learn(
            LearnContext(
                testbed=stand.testbed,
                tree=tree,
                operations=found.operations,
                schemes=found.schemes,
                seed=seed,
                deadline=time.monotonic() + seconds,
                emit=lambda _event: None,
                environment=stand.credentials,
            )
        )
    return len(playbook.reached) / len(found.operations)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a short name, which sockets need, that also holds the runs."""
    with tempfile.TemporaryDirectory(prefix="cw-") as name:
        monkeypatch.setenv("XDG_STATE_HOME", name)
        yield Path(name)


def test_renaming_leaves_no_word_of_the_service(folder: Path) -> None:
    dictionary = renamed(EXAMPLES / "library_flask", folder / "one", seed=3)
    again = renamed(EXAMPLES / "library_flask", folder / "two", seed=3)
    text = (folder / "one" / "app.py").read_text("utf-8")
    assert text == (folder / "two" / "app.py").read_text("utf-8")
    assert dictionary.words == again.words
    words = {"username", "password", "member", "book", "loan", "reservation", "fine", "isbn", "borrow", "signup"}
    assert words <= dictionary.words.keys()
    assert not [word for word in words - {"password"} if re.search(rf"(?<![a-z]){word}s?(?![a-z])", text)]
    paths = [
        re.findall(r'"(/[^"]+)"', (root / "app.py").read_text())
        for root in (EXAMPLES / "library_flask", folder / "one")
    ]
    assert [path.count("/") for path in paths[0]] == [path.count("/") for path in paths[1]]
    assert not {*paths[0]} & {*paths[1]} - {"/me"}


@pytest.mark.slow
@pytest.mark.parametrize("example", ["shop_fastapi", "library_flask"])
def test_reaches_as_much_in_other_words(example: str, folder: Path) -> None:
    renamed(EXAMPLES / example, folder / example, seed=20)
    plain = reached_share(EXAMPLES / example)
    other = reached_share(folder / example)
    assert other >= 0.8 * plain, f"{other:.0%} in other words, {plain:.0%} as written"
