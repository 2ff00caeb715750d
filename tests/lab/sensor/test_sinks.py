from __future__ import annotations

SERVICE = """
    import ast, json, logging, os, pickle, sqlite3, subprocess, sys
    from flask import Flask, render_template_string

    app = Flask(__name__)
    db = sqlite3.connect(":memory:", check_same_thread=False)

    def call(path, **plan):
        app.test_client().get(path, headers={"X-Crashworthy": json.dumps({"id": path, **plan})})
"""


def test_nothing_is_looked_at_until_the_engine_asks(sense) -> None:
    sensed = sense(f"""{SERVICE}
    from crashworthy_sensor.sinks import audited

    @app.get("/")
    def view():
        db.execute("SELECT 'cwz0001'")
        open(os.devnull).close()
        return ""

    call("/")
    print(audited._installed)
    """)
    assert not sensed.of("sink", "sensor-error")
    assert sensed.output.strip() == "False"


def test_sinks_that_are_given_a_marked_word_are_told_with_what_they_were_given(sense) -> None:
    sensed = sense(f"""{SERVICE}
    @app.get("/")
    def view():
        db.execute("SELECT 'CWZ0001'")
        db.execute("SELECT 'nothing'")
        subprocess.run("echo cwz0002 > /dev/null", shell=True)
        subprocess.run(["true", "--cwz0003"])
        os.system("true cwz0004")
        for name in ("cwz0005", "../cwz0006"):
            try:
                open(name)
            except OSError:
                pass
        os.path.exists("cwz0007")
        ast.parse("cwz0008(cwz0008)")
        ast.literal_eval("'cwz0008'")
        for text in ("cwz0009b(cwz0009c)", "'cwz000a'"):
            try:
                eval(text)
            except NameError:
                pass
        try:
            pickle.loads(b"ccwz000b\\nname\\n.")
        except ImportError:
            pass
        logging.basicConfig(stream=sys.stdout)
        logging.getLogger("shop").warning("login of %s", "x\\ncwz000c")
        logging.getLogger("werkzeug").warning("GET /%s", "cwz000d")
        return render_template_string("{{{{ 1 }}}} cwz000e")

    call("/", watch="cwz")
    """)
    assert not sensed.of("sensor-error")
    seen = [(event.data["sink"], str(event.data["text"])) for event in sensed.of("sink")]
    assert [(sink, text) for sink, text in seen if sink != "import"] == [
        ("sql", "SELECT 'CWZ0001'"),
        ("shell", "echo cwz0002 > /dev/null"),
        ("arguments", "true --cwz0003"),
        ("shell", "true cwz0004"),
        ("path", "cwz0005"),
        ("path", "../cwz0006"),
        ("code", "cwz0009b(cwz0009c)"),
        ("unpickle", "cwz000b.name"),
        ("log", "WARNING:shop:login of x\ncwz000c"),
        ("template", "{{ 1 }} cwz000e"),
    ]
    assert all(event.exchange == "/" and event.location and event.location.symbol for event in sensed.of("sink"))
    code = next(event for event in sensed.of("sink") if event.data["sink"] == "code")
    assert code.data["names"] == ["cwz0009b", "cwz0009c"]
    assert ("import", "cwz000b") in seen


def test_paths_are_resolved_from_where_they_are_opened(sense) -> None:
    sensed = sense(f"""{SERVICE}
    @app.get("/")
    def view():
        os.makedirs("folder/cwz0001")
        handle = os.open("folder", os.O_RDONLY)
        os.mkdir("cwz0002", dir_fd=handle)
        os.listdir("folder/../folder/cwz0001")
        os.rename("folder/cwz0002", "folder/cwz0003")
        os.rmdir("folder/cwz0003")
        return ""

    call("/", watch="cwz")
    """)
    told = [
        (str(event.data["use"]), str(event.data["resolved"]).rpartition("/folder/")[2]) for event in sensed.of("sink")
    ]
    assert told == [
        ("create", "cwz0001"),
        ("create", "cwz0002"),
        ("list", "cwz0001"),
        ("rename", "cwz0002"),
        ("rename", "cwz0003"),
        ("delete", "cwz0003"),
    ]
