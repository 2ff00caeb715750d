import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crashworthy.core.errors import CrashworthyError
from crashworthy.source import files
from crashworthy.source.parse import parse_folder


def test_what_does_not_parse_is_named_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("x = 1\n")
    (tmp_path / "bad.py").write_text("x = 1\ndef (\n")
    tree = parse_folder(tmp_path)
    assert [file.path for file in tree.files] == ["good.py"]
    assert [(path, "line 2" in reason) for path, reason in tree.unread] == [("bad.py", True)]


def test_declared_encodings_are_honoured(tmp_path: Path) -> None:
    (tmp_path / "latin.py").write_bytes(b"# -*- coding: latin-1 -*-\nname = '\xe9'\n")
    (tmp_path / "wrong.py").write_bytes(b"name = '\xe9'\n")
    (tmp_path / "unknown.py").write_bytes(b"# coding: klingon\nx = 1\n")
    tree = parse_folder(tmp_path)
    assert "é" in tree.files[0].text
    assert {path for path, _ in tree.unread} == {"wrong.py", "unknown.py"}


def test_large_files_are_left_out_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 10)
    (tmp_path / "large.py").write_text("x = 1\n" * 10)
    assert [path for path, _ in parse_folder(tmp_path).unread] == ["large.py"]


def test_too_many_files_are_cut_off_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 2)
    for number in range(4):
        (tmp_path / f"m{number}.py").write_text("x = 1\n")
    tree = parse_folder(tmp_path)
    assert len(tree.files) == 2
    assert len(tree.unread) == 1


def test_symbolic_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.py").write_text("x = 1\n")
    (inside / "own.py").write_text("x = 1\n")
    (inside / "link.py").symlink_to(outside / "secret.py")
    (inside / "folder").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    tree = parse_folder(inside)
    assert [file.path for file in tree.files] == ["own.py"]
    assert {path for path, _ in tree.unread} == {"link.py", "folder"}


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert [path for path, _ in parse_folder(tmp_path).unread] == ["pipe.py"]


@pytest.mark.parametrize("folder", ["node_modules", ".git", "__pycache__", "lib/site-packages", ".venv", "made"])
def test_foreign_folders_are_skipped(tmp_path: Path, folder: str) -> None:
    inner = tmp_path / folder
    inner.mkdir(parents=True)
    (inner / "other.py").write_text("x = 1\n")
    if folder == "made":
        (inner / "pyvenv.cfg").write_text("home = /usr\n")
    assert parse_folder(tmp_path).files == ()


def test_a_root_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CrashworthyError):
        parse_folder(tmp_path / "nowhere")


SNIPPETS = st.sampled_from(
    [
        "from flask import Flask, request\napp = Flask(__name__)\n",
        "@app.post('/x/<int:i>')\ndef f(i):\n    data = request.get_json()\n    return data['a'] + i\n",
        "class A(A): pass\n",
        "def g(a, *b, c=1, **d):\n    yield from g(a)\n",
        "x = y\ny = x\nfor x in x: x[x] = x\n",
        "from . import *\nfrom .. import a as b\nimport a.b.c\n",
        "async def h():\n    async with h() as (a, b):\n        [await i async for i in h() if (z := i)]\n",
        "match x:\n    case {'a': [1, *rest], **more} if rest: pass\n",
        "def loop():\n    return loop()\nloop = loop()\nlambda: (yield)\n",
        "global q\nq: int = 1\ndel q\ntry: pass\nexcept* E as e: raise\n",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.one_of(st.text(max_size=200), st.lists(SNIPPETS, max_size=6).map("".join)), max_size=3))
def test_no_text_makes_it_fail(tmp_path: Path, texts: list[str]) -> None:
    for number, text in enumerate(texts):
        (tmp_path / f"m{number}.py").write_text(text, encoding="utf-8", errors="surrogatepass")
    tree = parse_folder(tmp_path)
    assert len(tree.files) + len(tree.unread) >= len(texts)


def test_deep_nesting_does_not_make_it_fail(tmp_path: Path) -> None:
    (tmp_path / "deep.py").write_text("x = " + "-" * 900 + "1\n")
    (tmp_path / "sum.py").write_text("def f(a):\n    return " + " + ".join(["a"] * 900) + "\n")
    (tmp_path / "chain.py").write_text("def f(a):\n    return a" + ".b()" * 900 + "\n")
    tree = parse_folder(tmp_path)
    assert len(tree.files) + len(tree.unread) == 3
