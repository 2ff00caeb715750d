from __future__ import annotations

import os
from pathlib import Path

from crashworthy.lab.sensor.inject import injection


def inject(folder: Path, **more: object) -> dict[str, str]:
    return injection(folder, root=folder, socket=folder / "s", standin=None, run_id="r", **more)  # type: ignore[arg-type]


def test_the_package_is_copied_once_without_byte_code(tmp_path: Path) -> None:
    variables = inject(tmp_path)
    folder = Path(variables["PYTHONPATH"])
    assert (folder / "sitecustomize.py").is_file()
    assert (folder / "crashworthy_sensor" / "sql" / "sqlite3.py").is_file()
    assert not list(folder.rglob("__pycache__"))
    (folder / "marker").touch()
    assert inject(tmp_path) == variables
    assert (folder / "marker").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["sensor"]


def test_variables(tmp_path: Path) -> None:
    variables = inject(tmp_path, allow=("a:1", "b:2"), redirect={"*:5432": "127.0.0.1:7"}, pythonpath="/x:/y")
    assert variables["PYTHONPATH"].split(os.pathsep)[1:] == ["/x", "/y"]
    assert variables["CRASHWORTHY_ALLOW"] == "a:1,b:2"
    assert variables["CRASHWORTHY_REDIRECT"] == '{"*:5432": "127.0.0.1:7"}'
    assert variables["CRASHWORTHY_RUN"] == "r"
    assert "CRASHWORTHY_STANDIN" not in variables


def test_an_environment_s_own_sitecustomize_is_run_too(sense, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import builtins\nbuiltins.customised = __name__\n")

    def append(environment: dict[str, str]) -> None:
        environment["PYTHONPATH"] += os.pathsep + str(tmp_path)

    sensed = sense("import sitecustomize, sys\nprint(customised, sitecustomize.__file__)", prepare=append)
    assert sensed.output.split() == ["sitecustomize", str(tmp_path / "sitecustomize.py")]
    assert sensed.hooks()["sensor"]


def test_children_of_the_service_are_sensed_too(sense) -> None:
    sensed = sense("""
        import subprocess, sys
        subprocess.run([sys.executable, "-c", "import sqlite3; sqlite3.connect(':memory:').execute('SELECT 1')"])
    """)
    (event,) = sensed.of("sql")
    assert event.pid != sensed.of("hello")[0].pid


def test_without_a_listener_it_is_silent_and_harmless(sense) -> None:
    sensed = sense(
        "import sqlite3\nprint(sqlite3.connect(':memory:').execute('SELECT 1').fetchone())",
        variables={"CRASHWORTHY_SENSOR_SOCKET": "/nonexistent/socket"},
    )
    assert sensed.output.strip() == "(1,)"
    assert not sensed.events


def test_without_its_variables_it_does_not_start(sense) -> None:
    def strip(environment: dict[str, str]) -> None:
        for name in [name for name in environment if name.startswith("CRASHWORTHY_")]:
            del environment[name]

    sensed = sense("import sqlite3, sys\nprint(sqlite3.connect.__module__)", prepare=strip)
    assert sensed.output.strip() == "_sqlite3"
    assert not sensed.events
