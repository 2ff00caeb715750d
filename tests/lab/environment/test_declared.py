from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.environment.declared import Declared, read_declared


def declared(folder: Path, files: dict[str, str]) -> Declared:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), "utf-8")
    found = read_declared(folder)
    assert found is not None
    return found


def test_a_requirements_file_with_all_that_pip_allows(tmp_path: Path) -> None:
    text = """\
        -r base.txt
        -c pins.txt
        --extra-index-url https://packages.example.com/simple
        Flask[async]>=3.0 ; python_version >= "3.11"  # web
        requests==2.31.0 \\
            --hash=sha256:aaaa
        git+https://example.com/x.git#egg=x
        ./vendored
        --no-binary lxml
    """
    found = declared(tmp_path, {"requirements.txt": text, "base.txt": "SQLAlchemy\n", "pins.txt": "flask==3.1.0\n"})
    assert found.names == ("sqlalchemy", "flask", "requests")
    assert found.lines[2].endswith("--hash=sha256:aaaa")
    assert found.constraints == ["flask==3.1.0"]
    assert found.options == ["--extra-index-url https://packages.example.com/simple"]
    assert found.foreign == ["git+https://example.com/x.git#egg=x", "./vendored"]


def test_a_requirements_file_as_powershell_writes_it(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("flask==3.1.0\n", "utf-16")
    found = read_declared(tmp_path)
    assert found is not None
    assert found.lines == ["flask==3.1.0"]


def test_a_missing_include_is_named(tmp_path: Path) -> None:
    with pytest.raises(CrashworthyError, match=r"includes nowhere\.txt"):
        declared(tmp_path, {"requirements.txt": "-r nowhere.txt\n"})


def test_the_project_itself_stands_for_what_it_depends_on(tmp_path: Path) -> None:
    project = '[project]\nname = "x"\ndependencies = ["httpx"]\n'
    found = declared(tmp_path, {"requirements.txt": "-e .[dev]\nflask\n", "pyproject.toml": project})
    assert found.lines == ["httpx", "flask"]


def test_a_standard_project_with_uv_lock(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": """
            [project]
            requires-python = ">=3.12"
            dependencies = ["fastapi>=0.110", "tool @ https://example.com/tool.whl"]
            [dependency-groups]
            dev = ["pytest"]
        """,
        "uv.lock": """
            [[package]]
            name = "fastapi"
            version = "0.115.0"
            source = { registry = "https://pypi.org/simple" }
            [[package]]
            name = "own"
            version = "0.1.0"
            source = { virtual = "." }
            [[package]]
            name = "forked"
            version = "1"
            [[package]]
            name = "forked"
            version = "2"
        """,
        "requirements.txt": "older\n",
    }
    found = declared(tmp_path, files)
    assert (found.lines, found.python) == (["fastapi>=0.110"], ">=3.12")
    assert found.foreign == ["tool @ https://example.com/tool.whl"]
    assert found.constraints == ["fastapi==0.115.0"]


def test_names_that_come_from_elsewhere_are_never_asked_of_the_index(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": """
            [project]
            dependencies = ["httpx", "Our_Library>=1"]
            [tool.uv.sources]
            our-library = { path = "../our-library" }
        """,
    }
    found = declared(tmp_path, files)
    assert (found.lines, found.elsewhere) == (["httpx"], ["Our_Library>=1"])


def test_dynamic_dependencies_of_setuptools(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": """
            [project]
            name = "x"
            dynamic = ["dependencies"]
            [tool.setuptools.dynamic]
            dependencies = { file = ["needs.in"] }
        """,
        "needs.in": "flask\n",
    }
    assert declared(tmp_path, files).lines == ["flask"]


def test_a_poetry_project_with_lock(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": """
            [tool.poetry.dependencies]
            python = "^3.11"
            fastapi = "^0.110.1"
            uvicorn = { version = "~0.29", extras = ["standard"] }
            redis = "*"
            asyncpg = { version = ">=0.29", optional = true }
            tool = { git = "https://example.com/tool.git" }
        """,
        "poetry.lock": '[[package]]\nname = "fastapi"\nversion = "0.110.3"\n',
    }
    found = declared(tmp_path, files)
    assert found.lines == ["fastapi>=0.110.1,<0.111", "uvicorn[standard]>=0.29,<0.30", "redis"]
    assert (found.python, found.constraints) == (">=3.11,<4", ["fastapi==0.110.3"])
    assert found.foreign == ["tool @ https://example.com/tool.git"]


def test_a_pipfile_with_lock(tmp_path: Path) -> None:
    files = {
        "Pipfile": '[packages]\nflask = "*"\nhttpx = "==0.28.1"\n[requires]\npython_version = "3.12"\n',
        "Pipfile.lock": '{"default": {"flask": {"version": "==3.1.0"}, "local": {"path": "."}}}',
    }
    found = declared(tmp_path, files)
    assert (found.lines, found.constraints) == (["flask", "httpx==0.28.1"], ["flask==3.1.0"])
    assert found.python == "==3.12.*"


def test_nothing_declared(tmp_path: Path) -> None:
    assert read_declared(tmp_path) is None


def test_a_project_file_that_does_not_parse(tmp_path: Path) -> None:
    with pytest.raises(CrashworthyError, match=r"pyproject\.toml cannot be read"):
        declared(tmp_path, {"pyproject.toml": "[project\n"})
