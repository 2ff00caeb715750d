"""The box keeps the network and the files out of reach, and nothing outlives it."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from crashworthy.lab.box.enter import BoxPlan


def plan(run: Path, *, wanted: bool = True, visible: tuple[str, ...] = (), in_memory: Path | None = None) -> str:
    return BoxPlan(
        parent=os.getpid(),
        writable=(str(run),),
        visible=(*visible, sys.prefix, sys.base_prefix, str(Path(__file__).parents[3] / "src")),
        private_tmp=str(run / "box-tmp"),
        in_memory=str(in_memory) if in_memory else None,
        wanted=wanted,
    ).as_json()


def in_box(
    run: Path, code: str, *, wanted: bool = True, timeout: float = 60, in_memory: Path | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(code), str(run)]
    opened = plan(run, wanted=wanted, in_memory=in_memory)
    return subprocess.run(
        [sys.executable, "-m", "crashworthy.lab.box.enter", opened, "--", *command],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def system_allows_a_box(run: Path) -> bool:
    result = in_box(run, "import os; print(os.environ['CRASHWORTHY_BOX'])")
    return bool(json.loads(result.stdout)["contained"])


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


@pytest.fixture
def box(run: Path) -> Path:
    if not system_allows_a_box(run):
        pytest.skip("this system allows no user namespaces")
    return run


def test_exit_status_and_output_pass_through(run: Path) -> None:
    result = in_box(run, "print('hello'); raise SystemExit(7)")
    assert (result.stdout.strip(), result.returncode) == ("hello", 7)


def test_only_the_run_folder_and_tmp_can_be_written(box: Path) -> None:
    result = in_box(
        box,
        """
        import pathlib, sys, tempfile
        run = pathlib.Path(sys.argv[1])
        (run / "inside").write_text("x")
        pathlib.Path("/tmp/private").write_text("x")
        (run.parent / "beside").write_text("x")  # below the private /tmp
        for place in (pathlib.Path.home(), pathlib.Path("/etc"), pathlib.Path("/var")):
            try:
                (place / "crashworthy-was-here").write_text("x")
            except OSError:
                continue
            print("written", place)
        """,
    )
    assert result.stdout == ""
    assert result.returncode == 0, result.stderr
    assert (box / "inside").read_text() == "x"
    assert not Path("/tmp/private").exists()
    assert not (box.parent / "beside").exists()


def test_the_files_of_a_folder_move_to_memory_and_go_with_the_box(box: Path) -> None:
    service = box / "service"
    (service / "copy").mkdir(parents=True)
    (service / "copy" / "run.sh").write_text("echo")
    (service / "copy" / "run.sh").chmod(0o755)
    (service / "copy" / "link").symlink_to("run.sh")
    result = in_box(
        box,
        """
        import os, pathlib, sys
        service = pathlib.Path(sys.argv[1]) / "service"
        assert service.stat().st_dev != service.parent.stat().st_dev
        assert (service / "copy/run.sh").stat().st_mode & 0o777 == 0o755
        assert (service / "copy/link").readlink() == pathlib.Path("run.sh")
        (service / "tmp").mkdir()
        (service / "tmp/new").write_text("x")
        (service / "tmp/new").rename(service / "copy/new")  # all of it is one file system
        (service.parent / "report").write_text("kept")
        """,
        in_memory=service,
    )
    assert result.returncode == 0, result.stderr
    assert (box / "report").read_text() == "kept"
    assert sorted(path.name for path in (service / "copy").iterdir()) == ["link", "run.sh"]


def test_files_that_cannot_all_move_stay_on_disk(box: Path) -> None:
    service = box / "service"
    service.mkdir()
    (service / "pipe-like").symlink_to("anything")
    (service / "first").write_text("1")
    os.mkfifo(service / "pipe")  # no file to copy: it would never end
    result = in_box(
        box,
        """
        import pathlib, sys
        service = pathlib.Path(sys.argv[1]) / "service"
        assert service.stat().st_dev == service.parent.stat().st_dev
        assert sorted(path.name for path in service.iterdir()) == ["first", "pipe", "pipe-like"]
        (service / "new").write_text("x")
        """,
        in_memory=service,
    )
    assert result.returncode == 0, result.stderr
    assert (service / "new").read_text() == "x"


def test_the_network_is_its_own_loopback(box: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as outside:
        port = outside.getsockname()[1]
        result = in_box(
            box,
            f"""
            import socket
            socket.create_server(("127.0.0.1", {port})).close()  # the same port is free in here
            for address in (("127.0.0.1", {port}), ("192.0.2.1", 80)):
                try:
                    socket.create_connection(address, timeout=2)
                except OSError as refused:
                    print(type(refused).__name__)
            """,
        )
    assert result.stdout.split() == ["ConnectionRefusedError", "OSError"], result.stderr


def test_the_hosts_sockets_and_shared_memory_are_out_of_reach(box: Path) -> None:
    shared = Path("/dev/shm") / f"crashworthy-test-{os.getpid()}"
    shared.touch()
    try:
        result = in_box(box, "import os; print(os.listdir('/run'), os.listdir('/dev/shm'))")
    finally:
        shared.unlink()
    assert result.stdout.strip() == "[] []", result.stderr


def test_a_server_of_the_host_that_has_its_socket_elsewhere_is_out_of_reach(box: Path) -> None:
    import shutil
    import socket
    import tempfile

    folder = tempfile.mkdtemp(prefix=".crashworthy-test-", dir=Path(__file__).parent)
    path = f"{folder}/s"
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path)
            server.listen()
            result = in_box(box, f"import socket; print(socket.socket(socket.AF_UNIX).connect_ex({path!r}))")
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(path)
    finally:
        shutil.rmtree(folder)
    assert result.stdout.strip() == str(errno.ECONNREFUSED), result.stderr


def test_what_keeps_to_itself_shows_its_environment_to_nobody(box: Path) -> None:
    result = in_box(
        box,
        """
        import os, subprocess, sys
        from crashworthy.lab.box.linux import keep_to_itself
        keep_to_itself()
        look = f"open('/proc/{os.getpid()}/environ')"
        print(subprocess.run([sys.executable, "-c", look], capture_output=True, text=True).stderr.split()[-4:-2])
        """,
    )
    assert "Permission" in result.stdout, result.stdout + result.stderr


def test_the_process_is_not_root_inside(box: Path) -> None:
    assert in_box(box, "import os; print(os.geteuid())").stdout.strip() == "1000"


def test_orphans_end_with_the_box(box: Path) -> None:
    mark = f"crashworthy-orphan-{os.getpid()}-{time.monotonic_ns()}"
    result = in_box(
        box,
        f"""
        import subprocess, sys
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", {mark!r}], start_new_session=True)
        """,
    )
    assert result.returncode == 0
    assert not processes_with(mark)


def test_a_killed_parent_takes_the_box_with_it(box: Path) -> None:
    mark = f"crashworthy-child-{os.getpid()}-{time.monotonic_ns()}"
    starter = textwrap.dedent(
        f"""
        import os, subprocess, sys, time
        from pathlib import Path
        from crashworthy.lab.box.enter import BoxPlan
        plan = BoxPlan(parent=os.getpid(), writable=({str(box)!r},), visible=(sys.prefix, sys.base_prefix,
                       {str(Path(__file__).parents[3] / "src")!r}), private_tmp={str(box / "box-tmp")!r})
        subprocess.Popen([sys.executable, "-m", "crashworthy.lab.box.enter", plan.as_json(), "--",
                          sys.executable, "-c", "import time; time.sleep(60)", {mark!r}])
        time.sleep(60)
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", starter])
    try:
        # the first process of the box, the command's starter and the command itself carry the mark
        wait_until(lambda: len(processes_with(mark)) >= 2)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        wait_until(lambda: not processes_with(mark))
    finally:
        parent.kill()
        parent.wait()


def test_without_a_box_the_command_still_runs(run: Path) -> None:
    result = in_box(run, "import os; print(os.environ['CRASHWORTHY_BOX'])", wanted=False)
    assert json.loads(result.stdout) == {"contained": False, "why": "switched off"}


def test_interrupts_are_passed_on(run: Path) -> None:
    code = "import sys, time\ntry: print('up', flush=True); time.sleep(60)\nexcept KeyboardInterrupt: sys.exit(5)"
    process = subprocess.Popen(
        [sys.executable, "-m", "crashworthy.lab.box.enter", plan(run), "--", sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 5
    process.stdout.close()


def processes_with(mark: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.cmdline()[-1:] == [mark]:
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_until(condition: object, seconds: float = 20.0) -> None:
    assert callable(condition)
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
