from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.environment.declared import Declared
from crashworthy.lab.environment.installer import Installer, Pip, find_installer


@pytest.fixture(params=["uv", pytest.param("pip", marks=pytest.mark.slow)])
def installer(request: pytest.FixtureRequest, tmp_path: Path) -> Installer:
    nowhere = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    if request.param == "uv":
        return find_installer({**nowhere, "UV_OFFLINE": "1"})
    return Pip({**nowhere, "PIP_CONFIG_FILE": "/dev/null"})


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A folder with a wheel that needs another, and a package that is there as source only."""
    folder = tmp_path / "index"
    folder.mkdir()
    _wheel(folder, "cw_demo_top", "2.0", needs="cw-demo-base>=1")
    _wheel(folder, "cw_demo_base", "1.0")
    _wheel(folder, "cw_demo_base", "1.1")
    (folder / "cw_demo_source-1.0.tar.gz").write_bytes(b"never unpacked")
    return folder


def _wheel(folder: Path, name: str, version: str, needs: str = "") -> None:
    information = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += f"Requires-Dist: {needs}\n" if needs else ""
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", f"VERSION = {version!r}\n")
        wheel.writestr(f"{information}/METADATA", metadata)
        wheel.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{information}/RECORD", "")


def _declared(index: Path, *lines: str, constraints: tuple[str, ...] = ()) -> Declared:
    options = ["--no-index", f"--find-links {index}"]
    return Declared("requirements.txt", list(lines), list(constraints), options)


def test_what_is_resolved_is_what_is_installed(installer: Installer, index: Path, tmp_path: Path) -> None:
    declared = _declared(index, "cw-demo-top", constraints=("cw-demo-base==1.0",))
    packages = installer.resolve(declared, Path(sys.executable), allow_source=False)
    names = sorted(package.replace("_", "-") for package in packages if not package.startswith("-"))
    assert names == ["cw-demo-base==1.0", "cw-demo-top==2.0"]
    folder = tmp_path / "venv"
    installer.create(folder, Path(sys.executable))
    installer.install(folder, packages, declared, allow_source=False)
    question = "import cw_demo_top, cw_demo_base; print(cw_demo_top.VERSION, cw_demo_base.VERSION)"
    told = subprocess.run([folder / "bin" / "python", "-c", question], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["2.0", "1.0"]


def test_a_name_that_the_index_does_not_have(installer: Installer, index: Path) -> None:
    with pytest.raises(CrashworthyError, match="does not have: cw-demo-invented") as caught:
        installer.resolve(_declared(index, "cw-demo-invented"), Path(sys.executable), allow_source=False)
    assert caught.value.details


def test_a_package_without_wheels_is_not_built(installer: Installer, index: Path) -> None:
    with pytest.raises(CrashworthyError) as caught:
        installer.resolve(_declared(index, "cw-demo-source"), Path(sys.executable), allow_source=False)
    assert caught.value.details
