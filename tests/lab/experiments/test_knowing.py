"""The judge of plays on two processes, over trials made by hand."""

from __future__ import annotations

import itertools

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.workers import knowing
from crashworthy.lab.experiments.workers.knowing import judge_knowing
from sick_services.histories import exchange

ORDER = Step(operation="POST /orders", method="POST", path="/orders", body={"amount": 5})
READ = Step(operation="GET /orders", method="GET", path="/orders")
NUMBERS = itertools.count()
NONE: Json = []
ONE: Json = [{"amount": 5}]


def trial(purpose: str, final: Json, *statuses: int, cache_control: str = "") -> Trial:
    attack = tuple(exchange(ORDER, "attack", status, id_=f"a{n}") for n, status in enumerate(statuses))
    read = exchange(READ, "observe", 200, final, id_="o")
    assert read.response is not None
    headers = (("Cache-Control", cache_control),) if cache_control else ()
    return Trial(
        id=f"{purpose}-{next(NUMBERS)}",
        purpose=purpose,
        scenario=Scenario(attack=(ORDER,) * len(statuses), observe=(READ,)),
        exchanges=(
            *attack,
            read.model_copy(update={"response": read.response.model_copy(update={"headers": headers})}),
        ),
    )


def judged(*trials: Trial, workers: int = 2, one_memory: bool = False) -> Judgement:
    controls = [trial(knowing.BASELINE, NONE), trial(knowing.ONE, ONE, 201), trial(knowing.ONE, ONE, 201)]
    history = History(
        id="h",
        experiment="several-workers",
        weakness="known-to-one-process",
        operations=("POST /orders",),
        seed=0,
        trials=(*controls, *trials),
        settings={knowing.WORKERS: workers, knowing.ONE_MEMORY: one_memory},
    )
    return judge_knowing(history)


def refused(status: int = 401, later: int = 401) -> tuple[Trial, Trial]:
    return trial(knowing.OTHER, NONE, status), trial(knowing.LATE, NONE, later)


def test_a_login_that_the_other_process_does_not_know_is_proven() -> None:
    judgement = judged(*refused())
    assert judgement.status is Status.PROVEN
    assert "answers 401 from a second process" in judgement.seen


def test_it_is_suspected_where_one_process_is_declared_or_memory_may_be_shared() -> None:
    judgement = judged(*refused(), workers=1)
    assert judgement.status is Status.SUSPECTED
    assert "workers = 2" in judgement.why
    assert judged(*refused(), one_memory=True).status is Status.SUSPECTED


def test_what_the_other_process_learns_in_time_is_known_to_it() -> None:
    other = trial(knowing.OTHER, NONE, 401), trial(knowing.LATE, ONE, 201)
    assert judged(*other).status is Status.HELD


def test_a_process_that_is_busy_refuses_nothing() -> None:
    assert judged(*refused(429, 429)).status is Status.HELD


def test_what_is_not_seen_by_the_other_process_is_proven() -> None:
    judgement = judged(trial(knowing.OTHER, NONE, 201), trial(knowing.LATE, NONE, 201))
    assert judgement.status is Status.PROVEN
    assert "has 1 items" in judgement.expected
    assert "has 0 items" in judgement.seen


def test_what_is_seen_a_little_later_is_no_loss() -> None:
    assert judged(trial(knowing.OTHER, NONE, 201), trial(knowing.LATE, ONE, 201)).status is Status.HELD


def counted(purpose: str, accepted: int) -> Trial:
    return trial(purpose, ONE, *([201] * accepted + [429] * (12 - accepted)))


def test_a_limit_that_holds_twice_is_proven() -> None:
    known = trial(knowing.OTHER, ONE, 201)
    alone = [counted(knowing.COUNTED, 4) for _ in range(2)]
    assert judged(known, *alone, *(counted(knowing.SHARED_OUT, 8) for _ in range(2))).status is Status.PROVEN
    assert judged(known, *alone, *(counted(knowing.SHARED_OUT, 4) for _ in range(2))).status is Status.HELD
    # A window of time that ended in between.
    assert judged(known, *alone, *(counted(knowing.SHARED_OUT, n) for n in (8, 4))).status is Status.HELD


def test_a_brake_that_holds_for_each_process_is_minor() -> None:
    known = trial(knowing.OTHER, ONE, 201)

    def braked(purpose: str, accepted: int) -> Trial:
        return trial(purpose, ONE, *(201,) * accepted, *(429,) * (12 - accepted))

    plays = [braked(purpose, n) for purpose, n in ((knowing.COUNTED, 4), (knowing.SHARED_OUT, 8)) for _ in range(2)]
    judgement = judged(known, *plays)
    assert judgement.status is Status.PROVEN
    assert judgement.severity is Severity.MINOR


def test_a_warm_cache_is_suspected_only_where_it_lasts_and_does_not_say_so() -> None:
    known = trial(knowing.OTHER, ONE, 201)
    fresh, stale = trial(knowing.PRIMED_ONE, ONE, 201), trial(knowing.PRIMED, NONE, 201)
    judgement = judged(known, fresh, stale, trial(knowing.PRIMED_LATE, NONE, 201))
    assert (judgement.status, judgement.severity) == (Status.SUSPECTED, Severity.MINOR)
    assert judged(known, fresh, stale, trial(knowing.PRIMED_LATE, ONE, 201)).status is Status.HELD
    allowed = trial(knowing.PRIMED, NONE, 201, cache_control="max-age=60")
    assert judged(known, fresh, allowed, trial(knowing.PRIMED_LATE, NONE, 201)).status is Status.HELD


def test_nothing_is_said_without_a_control() -> None:
    history = History(id="h", experiment="e", weakness="w", operations=("POST /orders",), seed=0)
    assert judge_knowing(history).status is Status.UNKNOWN
