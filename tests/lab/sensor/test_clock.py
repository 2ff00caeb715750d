"""The clock is shifted for one request, wherever it asks, and for nobody else."""

from __future__ import annotations

SERVICE = """
    import datetime, json, time
    from time import time as imported
    from flask import Flask

    app = Flask(__name__)

    class Own(datetime.datetime):
        pass

    def call(shift=None):
        plan = {"id": "1", **({"clock": {"shift_s": shift}} if shift else {})}
        return app.test_client().get("/", headers={"X-Crashworthy": json.dumps(plan)}).json

    def days():
        now = datetime.datetime.now(datetime.timezone.utc)
        return {
            "time": time.time(), "imported": imported(), "ns": time.time_ns() / 1e9,
            "local": time.mktime(time.localtime()), "text": time.mktime(time.strptime(time.ctime())),
            "aware": now.timestamp(), "naive": datetime.datetime.now().timestamp(), "own": Own.now().timestamp(),
            "utcnow": datetime.datetime.utcnow().replace(tzinfo=datetime.timezone.utc).timestamp(),
            "today": time.mktime(datetime.date.today().timetuple()) + time.time() % 1,
            "exact": [type(now) is datetime.datetime, type(Own.now()) is Own],
        }

    @app.get("/")
    def view():
        return days()

    def ahead(one, other):
        return {name: round((one[name] - other[name]) / 86400) for name in one if name != "exact"}
"""


def test_all_that_a_request_asks_for_the_time_is_shifted_alike(sense) -> None:
    sensed = sense(f"""{SERVICE}
    plain, shifted = call(), call(400 * 86400)
    print(sorted(set(ahead(shifted, plain).values())), shifted["exact"])
    """)
    assert sensed.output.split("\n")[0] == "[400] [True, True]"


def test_nobody_else_is(sense) -> None:
    sensed = sense(f"""{SERVICE}
    before = days()
    call(400 * 86400)
    print(*(sorted(set(ahead(each, before).values())) for each in (days(), call())))
    """)
    assert sensed.output.split("\n")[0] == "[0] [0]"


def test_nothing_is_touched_before_it_is_wanted(sense) -> None:
    sensed = sense(f"""{SERVICE}
    call()
    print(type(time.time).__name__, type(datetime.datetime.__dict__["now"]).__name__)
    call(60)
    print(type(time.time).__name__)
    """)
    assert sensed.output.split("\n")[:2] == ["builtin_function_or_method classmethod_descriptor", "function"]
    (*_, hello) = sensed.of("hello")
    assert hello.data["hooks"]["clock"] is True


def test_the_process_moves_to_another_time_zone(sense) -> None:
    sensed = sense(f"""{SERVICE}
    @app.get("/hours")
    def hours():
        return [round((datetime.datetime.now() - datetime.datetime.utcnow()).total_seconds() / 3600)]

    def far(zone, shift=0):
        plan = {{"id": "1", "clock": {{"zone": zone, "shift_s": shift}}}}
        return app.test_client().get("/hours", headers={{"X-Crashworthy": json.dumps(plan)}}).json

    print(far("UTC"), far("Asia/Tokyo"), far("Asia/Tokyo", 86400))
    """)
    assert sensed.output.split("\n")[0] == "[0] [9] [9]"
