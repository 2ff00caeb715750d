from __future__ import annotations

import sys
import threading
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.events import Event, Note
from crashworthy.lab.environment.declared import Declared
from crashworthy.lab.environment.installer import Pip, find_installer
from crashworthy.lab.environment.python import PythonEnvironment, prepare_python
from crashworthy.source.tree import SourceTree

MakeTree = Callable[[dict[str, str]], SourceTree]
FLASK = "from flask import Flask\napp = Flask(__name__)\n"
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"


class FakeInstaller:
    """Makes empty environments and remembers what it was asked for."""

    name = "fake"

    def __init__(self) -> None:
        self.resolved: list[list[str]] = []
        self.installed: list[list[str]] = []

    def resolve(self, declared: Declared, python: Path, *, allow_source: bool) -> list[str]:
        self.resolved.append(list(declared.lines))
        return sorted(f"{name}==1.0" for name in declared.names)

    def create(self, folder: Path, python: Path) -> None:
        venv.create(folder, with_pip=False, symlinks=True)

    def install(self, folder: Path, packages: Sequence[str], declared: Declared, *, allow_source: bool) -> None:
        self.installed.append(list(packages))


@pytest.fixture
def installer() -> FakeInstaller:
    return FakeInstaller()


Prepare = Callable[..., PythonEnvironment]


@pytest.fixture
def prepare(make_tree: MakeTree, tmp_path: Path, installer: FakeInstaller) -> Prepare:
    def prepared(files: dict[str, str], **options: object) -> PythonEnvironment:
        return prepare_python(
            make_tree(files),
            emit=lambda event: None,
            cache=tmp_path / "cache",
            installer=installer,
            **options,  # type: ignore[arg-type]
        )

    return prepared


def test_the_declared_packages_are_installed_once_and_kept(prepare: Prepare, installer: FakeInstaller) -> None:
    files = {"app.py": FLASK, "requirements.txt": "Flask>=3\n"}
    first, second = prepare(files), prepare(files)
    assert first.python == second.python
    assert first.python.is_file()
    assert first.origin == "made"
    assert installer.installed == [["flask==1.0"]]
    assert prepare({**files, "requirements.txt": "flask>=3.1\n"}).python != first.python


def test_what_is_installed_is_listed_before(make_tree: MakeTree, tmp_path: Path) -> None:
    told: list[str] = []

    class Watching(FakeInstaller):
        def install(self, folder: Path, packages: Sequence[str], declared: Declared, *, allow_source: bool) -> None:
            told.append("installing")

    def emit(event: Event) -> None:
        if isinstance(event, Note):
            told.append(event.text)

    tree = make_tree({"app.py": FLASK, "requirements.txt": "flask\nhttpx\n"})
    prepare_python(tree, emit=emit, cache=tmp_path / "cache", installer=Watching())
    assert told.index("packages to install: flask==1.0, httpx==1.0") < told.index("installing")


def test_an_interrupted_environment_is_made_anew(prepare: Prepare, installer: FakeInstaller) -> None:
    files = {"app.py": FLASK, "requirements.txt": "flask\n"}
    made = prepare(files)
    (made.python.parent.parent / "crashworthy.json").unlink()
    assert prepare(files).python == made.python
    assert len(installer.installed) == 2


def test_parallel_runs_make_one_environment(prepare: Prepare, installer: FakeInstaller) -> None:
    files = {"app.py": FLASK, "requirements.txt": "flask\n"}
    prepare(files | {"requirements.txt": "other\n"})  # writes the folder once, so that the threads only read it
    threads = [threading.Thread(target=prepare, args=(files,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert installer.installed.count(["flask==1.0"]) == 1


def test_an_asgi_application_without_a_server_gets_one(prepare: Prepare, installer: FakeInstaller) -> None:
    made = prepare({"app.py": FASTAPI, "requirements.txt": "fastapi\n"})
    assert installer.installed == [["fastapi==1.0", "uvicorn==1.0"]]
    assert any("needs a server" in note for note in made.notes)


def test_an_asgi_application_with_a_server_keeps_it(prepare: Prepare, installer: FakeInstaller) -> None:
    prepare({"app.py": FASTAPI, "requirements.txt": "fastapi\nhypercorn\n"})
    assert installer.installed == [["fastapi==1.0", "hypercorn==1.0"]]


def test_a_name_one_letter_from_a_popular_one_stops_before_anything_is_asked(
    prepare: Prepare, installer: FakeInstaller
) -> None:
    files = {"app.py": FLASK, "requirements.txt": "flask\nreqeusts\n"}
    with pytest.raises(CrashworthyError, match="reqeusts is one letter from requests"):
        prepare(files)
    assert installer.resolved == []
    prepare(files, allow_unknown=True)
    assert installer.installed == [["flask==1.0", "reqeusts==1.0"]]


def test_packages_by_address_need_permission(prepare: Prepare) -> None:
    with pytest.raises(CrashworthyError, match="by address") as caught:
        prepare({"app.py": FLASK, "requirements.txt": "flask\ngit+https://example.com/x.git\n"})
    assert "--install all" in caught.value.remedy


def test_a_name_for_a_private_index_is_never_asked_of_the_public_one(
    prepare: Prepare, installer: FakeInstaller
) -> None:
    project = '[tool.poetry.dependencies]\nflask = "*"\nbilling = { version = "1.0", source = "private" }\n'
    with pytest.raises(CrashworthyError, match=r"another place than the usual index: billing==1\.0"):
        prepare({"app.py": FLASK, "pyproject.toml": project}, allow_source=True, allow_unknown=True)
    assert installer.resolved == []


def test_without_requirements_the_imports_tell_the_packages(prepare: Prepare, installer: FakeInstaller) -> None:
    source = FLASK + "import jwt, yaml, os, helpers\n"
    prepare({"app.py": source, "helpers.py": ""})
    assert installer.installed == [["flask==1.0", "pyjwt==1.0", "pyyaml==1.0"]]


def test_imports_of_unknown_packages_are_asked_about(prepare: Prepare) -> None:
    with pytest.raises(CrashworthyError, match="some_strange_module") as caught:
        prepare({"app.py": FLASK + "import some_strange_module\n"})
    assert "requirements.txt" in caught.value.remedy


def test_the_folder_s_own_environment_is_used_as_it_is(
    make_tree: MakeTree, tmp_path: Path, installer: FakeInstaller
) -> None:
    tree = make_tree({"app.py": FLASK, "requirements.txt": "flask\n"})
    venv.create(tree.root / ".venv", with_pip=False, symlinks=True)
    found = prepare_python(tree, emit=lambda event: None, cache=tmp_path / "cache", installer=installer)
    assert (found.origin, found.python) == ("folder", tree.root / ".venv" / "bin" / "python")
    assert any("lacks packages" in note and "flask" in note for note in found.notes)
    assert installer.resolved == []


def test_a_broken_environment_is_said_and_passed_over(prepare: Prepare, make_tree: MakeTree) -> None:
    files = {"app.py": FLASK, "requirements.txt": "flask\n"}
    broken = make_tree(files).root / "venv"
    broken.mkdir()
    (broken / "pyvenv.cfg").write_text("home = /nowhere\n")
    made = prepare(files)
    assert made.origin == "made"
    assert any("without a working interpreter" in note for note in made.notes)


def test_the_chosen_interpreter_goes_before_all(prepare: Prepare, installer: FakeInstaller) -> None:
    found = prepare({"app.py": FLASK, "requirements.txt": "flask\n"}, chosen=Path(sys.executable))
    assert (found.origin, found.python) == ("given", Path(sys.executable))
    assert "flask" in found.packages
    assert installer.resolved == []


def test_a_chosen_interpreter_that_is_none(prepare: Prepare, tmp_path: Path) -> None:
    with pytest.raises(CrashworthyError, match="neither an interpreter nor an environment"):
        prepare({"app.py": FLASK}, chosen=tmp_path / "nowhere")
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho hello\n")
    fake.chmod(0o755)
    with pytest.raises(CrashworthyError, match="does not work"):
        prepare({"app.py": FLASK}, chosen=fake)


def test_a_python_version_that_is_not_here(prepare: Prepare) -> None:
    project = '[project]\nname = "x"\nrequires-python = "==2.7.*"\ndependencies = []\n'
    with pytest.raises(CrashworthyError, match=r"wants Python ==2\.7"):
        prepare({"app.py": FLASK, "pyproject.toml": project, "requirements.txt": "flask\n"})


def test_uv_makes_a_working_environment_and_resolves_nothing_from_nothing(tmp_path: Path) -> None:
    installer = find_installer()
    installer.create(tmp_path / "venv", Path(sys.executable))
    assert (tmp_path / "venv" / "bin" / "python").is_file()
    assert installer.resolve(Declared("nothing"), Path(sys.executable), allow_source=False) == []


@pytest.mark.parametrize("kind", ["uv", pytest.param("pip", marks=pytest.mark.slow)])
def test_an_index_out_of_reach_is_said_with_the_last_lines(tmp_path: Path, kind: str) -> None:
    nowhere = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path)}
    if kind == "uv":
        installer = find_installer({**nowhere, "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "UV_HTTP_RETRIES": "0"})
    else:
        pip = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": "/dev/null"}
        installer = Pip({**nowhere, **pip})
    with pytest.raises(CrashworthyError) as caught:
        installer.resolve(Declared("x", ["flask"]), Path(sys.executable), allow_source=False)
    assert caught.value.details
    assert caught.value.remedy
