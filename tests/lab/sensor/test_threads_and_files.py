from __future__ import annotations

SERVICE = """
    import asyncio, json, os, pathlib, sqlite3, threading
    from concurrent.futures import ThreadPoolExecutor
    from flask import Flask

    app = Flask(__name__)
    pool = ThreadPoolExecutor(1)

    def query(name="x"):
        sqlite3.connect(":memory:").execute(f"SELECT '{name}'")

    def call(path):
        app.test_client().get(path, headers={"X-Crashworthy": json.dumps({"id": path})})
"""


def test_threads_keep_working_for_the_request_that_started_them(sense) -> None:
    sensed = sense(f"""{SERVICE}
    class Worker(threading.Thread):
        def run(self):
            query("subclass")

    @app.get("/")
    def view():
        threads = [threading.Thread(target=query, args=("target",), name="mine"), Worker(name="own")]
        for thread in threads:
            thread.start()
            thread.join()
            assert "run" not in vars(thread)
        return ""

    call("/")
    """)
    assert [event.data["name"] for event in sensed.of("thread-start")] == ["mine", "own"]
    assert [event.exchange for event in sensed.of("sql")] == ["/", "/"]
    assert [event.thread for event in sensed.of("sql")] == ["mine", "own"]


def test_a_shared_worker_belongs_to_whom_it_works_for(sense) -> None:
    sensed = sense(f"""{SERVICE}
    @app.get("/<name>")
    def view(name):
        pool.submit(query, name).result()
        return ""

    call("/a")
    call("/b")
    pool.submit(query, "nobody").result()
    """)
    assert [event.exchange for event in sensed.of("sql")] == ["/a", "/b", None]
    assert not sensed.of("thread-start")


def test_a_library_call_in_an_executor_has_the_place_that_asked_for_it(sense) -> None:
    sensed = sense(f"""{SERVICE}
    @app.get("/")
    def view():
        async def main():
            connection = sqlite3.connect(":memory:", check_same_thread=False)
            await asyncio.to_thread(connection.execute, "SELECT 1")
            await asyncio.create_task(asyncio.to_thread(connection.execute, "SELECT 2"))
        asyncio.run(main())
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        asyncio.run(asyncio.to_thread(connection.execute, "SELECT 3"))
        return ""

    call("/")
    """)
    events = sensed.of("sql")
    assert [event.exchange for event in events] == ["/"] * 3
    symbols = [event.location.symbol for event in events if event.location is not None]
    assert symbols == ["view.<locals>.main", "view.<locals>.main", "view"]


def test_writes_below_the_service_s_folder_are_told(sense) -> None:
    sensed = sense(f"""{SERVICE}
    @app.get("/")
    def view():
        pathlib.Path("a.txt").write_text("x")
        pathlib.Path("a.txt").read_text()
        os.replace("a.txt", "b.txt")
        with open("/dev/null", "w"):
            pass
        with open(os.path.join(os.getcwd(), "sub.bin"), "ab") as file:
            file.write(b"")
        return ""

    call("/")
    open("outside.txt", "w").close()
    """)
    assert [event.data["path"] for event in sensed.of("file-write")] == ["a.txt", "b.txt", "sub.bin"]


def test_open_fails_as_it_always_did(sense) -> None:
    sense("""
        import io
        assert open is io.open and open.__name__ == "open"
        wrong = {("missing.txt",): FileNotFoundError, ("x", None): TypeError, ("x", "q"): ValueError}
        for arguments, error in wrong.items():
            try:
                open(*arguments)
            except error:
                continue
            raise AssertionError(arguments)
    """)


def test_a_fork_speaks_for_itself_and_says_nothing_twice(sense) -> None:
    sensed = sense("""
        import os, sqlite3
        connection = sqlite3.connect(":memory:")
        connection.execute("SELECT 'parent'")
        child = os.fork()
        if child == 0:
            connection = sqlite3.connect(":memory:")
            connection.execute("SELECT 'child'")
            os._exit(0)
        os.waitpid(child, 0)
        connection.execute("SELECT 'parent again'")
    """)
    parent, child, again = sensed.of("sql")
    assert parent.pid == again.pid != child.pid
    hello = [event for event in sensed.of("hello") if event.pid == child.pid]
    assert len(hello) == 1
    assert hello[0].data["hooks"] == sensed.of("hello")[-1].data["hooks"]


def test_a_service_that_closes_all_its_files_is_heard_on_a_new_connection(sense) -> None:
    sensed = sense("""
        import os, sqlite3
        connection = sqlite3.connect(":memory:")
        os.closerange(3, 64)
        ours = [open("/dev/null") for _ in range(8)]
        connection.execute("SELECT 'after'")
        assert all(file.fileno() >= 0 and not os.fstat(file.fileno()).st_size for file in ours)
    """)
    assert [event.data["statement"] for event in sensed.of("sql")] == ["SELECT 'after'"]
