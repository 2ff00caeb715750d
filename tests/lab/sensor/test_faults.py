"""One lasting step of a request goes wrong, and no other."""

from __future__ import annotations

import signal

SERVICE = """
    import json, sqlite3
    from flask import Flask

    app = Flask(__name__)
    with sqlite3.connect("shop.db") as db:
        db.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER)")
    db.close()

    def call(fault=None):
        plan = {"id": "1", **({"fault": fault} if fault else {})}
        return app.test_client().get("/", headers={"X-Crashworthy": json.dumps(plan)}).status_code

    def stored():
        return [n for (n,) in sqlite3.connect("shop.db").execute("SELECT n FROM t")]

    @app.get("/")
    def view():
        db = sqlite3.connect("shop.db")
        for n in (1, 2):
            db.execute("INSERT INTO t VALUES (?)", (n,))
            db.commit()
        with open("out.txt", "w") as file:
            file.write("whole")
        db.close()
        return ""
"""


def test_a_statement_fails_and_those_before_it_stay(sense) -> None:
    sensed = sense(f"""{SERVICE}
    print(call({{"step": 3, "how": "fail"}}), stored())
    print(call(), stored())
    """)
    assert sensed.output.split("\n")[:2] == ["500 [1]", "200 [1, 1, 2]"]
    (fault,) = sensed.of("fault")
    assert (fault.data["step"], fault.data["kind"], fault.exchange) == (3, "write", "1")


def test_a_process_is_killed_before_a_commit(sense) -> None:
    sensed = sense(
        f"""{SERVICE}
    call({{"step": 4, "how": "die"}})
    """,
        status=-signal.SIGKILL,
    )
    assert [event.data["kind"] for event in sensed.of("fault")] == ["commit"]
    assert sense(f"{SERVICE}\n    print(stored())\n").output.strip() == "[1]"


def test_a_file_is_torn(sense, run_folder) -> None:
    (run_folder / "copy").mkdir()
    (run_folder / "copy" / "out.txt").write_text("what was there")
    sense(f'{SERVICE}\n    call({{"step": 5, "how": "tear"}})\n', status=-signal.SIGKILL)
    assert (run_folder / "copy" / "out.txt").read_text() == ""


def test_a_process_is_killed_between_effect_and_answer(sense) -> None:
    sense(f'{SERVICE}\n    call({{"step": "answer", "how": "die"}})\n', status=-signal.SIGKILL)
    assert sense(f"{SERVICE}\n    print(stored())\n").output.strip() == "[1, 2]"
