"""A process in a side box meets the box neither on a port nor in /tmp, and sees what it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from crashworthy.lab.box.enter import BoxPlan

CODE = """
import json, os, pathlib, socket, sys
from crashworthy.lab.box.linux import keep_to_itself, mounts_below
from crashworthy.lab.box.side import enter_side_box

run = pathlib.Path(sys.argv[1])
if not json.loads(os.environ["CRASHWORTHY_BOX"])["contained"]:
    print(json.dumps(None))
    sys.exit()
keep_to_itself()
server = socket.create_server(("127.0.0.1", 0))
port = server.getsockname()[1]
pathlib.Path("/tmp/of-the-box").write_text("x")
pathlib.Path("/dev/shm/of-the-box").write_text("x")
(run / "seen").write_text("x")
told, tell = os.pipe()
if os.fork() == 0:
    enter_side_box(run / "side-tmp")
    beside = socket.socket()
    own = socket.create_server(("127.0.0.1", port))
    with own:
        pathlib.Path("/tmp/of-the-side").write_text("x")
        facts = {
            "tmp": [name for name in os.listdir("/tmp") if name.startswith("of-the")],
            "shm": os.listdir("/dev/shm"),
            "seen": (run / "seen").read_text(),
            "python": pathlib.Path(sys.executable).exists(),
            "uid": os.getuid(),
        }
        try:
            (pathlib.Path.home() / "crashworthy-was-here").write_text("x")
            facts["home"] = "written"
        except OSError:
            facts["home"] = "read-only"
    try:
        beside.connect(("127.0.0.1", port))
        facts["reached"] = True
    except OSError:
        facts["reached"] = False
    try:
        pathlib.Path(f"/proc/{os.getppid()}/environ").read_bytes()
        facts["environment of the engine"] = "read"
    except OSError:
        facts["environment of the engine"] = "closed"
    os.write(tell, json.dumps(facts).encode())
    os._exit(0)
os.wait()
print(os.read(told, 65536).decode())
assert os.listdir("/tmp").count("of-the-side") == 0
"""


def test_a_side_box_shares_what_is_kept_visible_and_nothing_else(tmp_path: Path) -> None:
    plan = BoxPlan(
        parent=os.getpid(),
        writable=(str(tmp_path),),
        visible=(sys.prefix, sys.base_prefix, str(Path(__file__).parents[3] / "src")),
        private_tmp=str(tmp_path / "box-tmp"),
    )
    result = subprocess.run(
        [
            *(sys.executable, "-m", "crashworthy.lab.box.enter", plan.as_json(), "--"),
            *(sys.executable, "-c", textwrap.dedent(CODE), str(tmp_path)),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    facts = json.loads(result.stdout)
    if facts is None:
        pytest.skip("this system allows no user namespaces")
    assert facts == {
        "tmp": ["of-the-side"],
        "shm": [],
        "seen": "x",
        "python": True,
        "uid": 1000,
        "home": "read-only",
        "reached": False,
        "environment of the engine": "closed",
    }
