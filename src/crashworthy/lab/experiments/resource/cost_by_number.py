"""Cost by number: does what a request costs grow with a number in it, as far as its sender likes?

Each input that takes a number is counted up by powers of ten on one copy, until the request costs seconds of CPU, many
megabytes of memory or of answer, or is refused. Proven by three sizes on a fresh copy: a small one before and
after that costs next to nothing, a tenth of the large one, and the large one, which costs several times more than that.

A correct service could look guilty when its first request loads something (the small one is made first), when answers
hold what is stored (a number above what is stored changes nothing more), when it works in the background (it does so
during the small ones as well), and when the number is clamped or refused, whatever the limit is: then the cost stays
below the threshold or ends to grow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.concurrency.variants import ground
from crashworthy.lab.experiments.experiment import Candidate, Lab
from crashworthy.lab.experiments.injection.inputs import Input, Kind, inputs
from crashworthy.lab.experiments.input.fields import schema_at
from crashworthy.lab.experiments.rating import vector, who
from crashworthy.lab.experiments.resource.measured import SHOWN, Measured
from crashworthy.lab.experiments.resource.meter import MIB, Cost, costs_of, play_measured
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.lab.traffic.names import word_set, words
from crashworthy.weaknesses.resource import COST_BY_NUMBER

INPUT, NUMBER = "input", "number"
"""Settings of a scenario: the input in words, and the large number."""

SCAN = "scan"
CPU_S, GROWN, SIZE = 1.0, 96 * MIB, 12 * MIB
"""From here on the cost of one request is told. Bounded services allow answers of some megabytes on purpose."""

_LADDER = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
_SMALL = 1
_TIMES_CONTROL, _TIMES_TENTH = 15.0, 2.5
_QUIET = Cost(0.02, MIB // 2, 1024)
_TIMEOUT_S = 8.0
_ENOUGH = 1.3
_MOST_INPUTS = 5
_SIZES = word_set(
    "limit size count n num number amount quantity length len width height depth level page per items item row rows "
    "column col repeat times iterations iteration rounds round steps step days months years hours max top pages k "
    "copies points samples sample scale resolution dpi precision digits terms first last batch chunk"
)
_NAMES_A_THING = word_set("id ids uuid key code zip phone port year version timestamp offset skip")


class CostByNumber(Measured):
    """One candidate per operation with an input that takes a number and names no thing."""

    id = "cost-by-number"
    title = "Numbers counted up, and what the requests cost"
    weaknesses = (COST_BY_NUMBER,)
    untried = "the good request was not accepted again"
    cheap = "{tried} requests with large numbers cost little or were refused"
    replay_s = 4.0

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Names that say how much come before other numbers."""
        suspected = {name: s for s in lab.suspicions if s.weakness == COST_BY_NUMBER.id for name in s.operations}
        found = []
        for operation in lab.operations:
            way = lab.playbook.way(operation.name)
            places = list(_numbers(way.steps[-1], operation)) if way else []
            if not places:
                continue
            suspicion = suspected.get(operation.name)
            telling = any({*words(place.name)} & _SIZES for place in places)
            found.append(
                Candidate(
                    weakness=COST_BY_NUMBER,
                    operations=(operation.name,),
                    why=suspicion.message if suspicion else f"takes a number as {places[0].title}",
                    priority=80.0 if suspicion else 50.0 if telling else 15.0,
                    estimate_s=1.5,
                    location=suspicion.location if suspicion else lab.handler(operation.name),
                    suspected=suspicion is not None,
                    proof_s=3.0 * self.replay_s,
                )
            )
        return found

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """All inputs on one copy; then the first that costs much, alone."""
        recorder = Recorder(lab, self.id, limit_s=25.0)
        base = ground(candidate.operations, lab.playbook, lab.operations)
        operation = lab.operation(candidate.operations[0])
        if base is not None and operation is not None:
            places = [*_numbers(base.steps[0], operation)][:_MOST_INPUTS]
            try:
                for place, number, cost in _scan(Scenario(setup=base.setup), places, recorder):
                    if _shown(base.setup, place, number, cost, recorder, candidate):
                        break
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate)

    def shown(self, trial: Trial, history: History) -> Judgement | None:
        """A number that costs much, and several times more than a tenth of it."""
        return _judged(trial, history)

    def play(self, scenario: Scenario, recorder: Recorder) -> None:
        """The three sizes."""
        _play(scenario, SHOWN, recorder)


def _numbers(step: Step, operation: Operation) -> Iterator[Input]:
    """Inputs that take a number, those first whose name says how much."""
    found = [place for place in inputs(step, operation) if _takes_number(place, operation)]
    yield from sorted(found, key=lambda place: not {*words(place.name)} & _SIZES)


def _takes_number(place: Input, operation: Operation) -> bool:
    named = {*words(place.name)}
    if named & _NAMES_A_THING:
        return False
    if place.kind is Kind.PATH:
        return bool(named & _SIZES) and str(place.good).isdecimal()
    if place.kind is Kind.QUERY:
        schema = next((each.data_schema for each in operation.parameters if each.name == place.name), {})
    elif place.kind is Kind.FIELD:
        schema = schema_at(operation.body.data_schema, place.path) if operation.body else {}
    else:
        return False
    if _is_integer(schema) or (isinstance(place.good, int | float) and not isinstance(place.good, bool)):
        return True
    if isinstance(place.good, str) and place.good:
        return place.good.isdecimal()
    return bool(named & _SIZES) and not schema.get("type")


def _is_integer(schema: dict[str, Json]) -> bool:
    choices = schema.get("anyOf")
    every = [schema, *(each for each in (choices if isinstance(choices, list) else []) if isinstance(each, dict))]
    return any(each.get("type") in ("integer", "number") for each in every)


def _scenario(setup: tuple[Step, ...], place: Input, number: int) -> Scenario:
    """Small, a tenth, large; and small once more."""
    small, tenth, large = (place.put(each).model_copy(update={"saves": ()}) for each in (_SMALL, number // 10, number))
    # The first request of a kind may load what all others use.
    return Scenario(
        setup=(*setup, small),
        attack=(small, tenth, large),
        observe=(small,),
        settings={INPUT: place.title, NUMBER: number},
    )


def _shown(
    setup: tuple[Step, ...], place: Input, number: int, cost: Cost, recorder: Recorder, candidate: Candidate
) -> bool:
    """Whether the number's cost shows on a fresh copy: a number that costs just enough first, as each replay takes it.

    Where cost grows faster than the number, that one costs too little, and the number itself follows.
    """
    factor = max(cost.cpu_s / CPU_S, cost.grown / GROWN, cost.size / SIZE)
    enough = int(number * _ENOUGH / factor) if factor > _ENOUGH else number
    for each in dict.fromkeys((enough, number)):
        _play(_scenario(setup, place, each), SHOWN, recorder)
        if _judged(recorder.trials[-1], recorder.history(candidate)) is not None:
            return True
    return False


def _scan(scenario: Scenario, places: Sequence[Input], recorder: Recorder) -> Iterator[tuple[Input, int, Cost]]:
    """Inputs whose cost reached a threshold, the number at which it did, and that cost."""
    waiting = list(places)
    while waiting:
        found: tuple[Input, int, Cost] | None = None
        with recorder.copy(scenario, SCAN, timeout_s=_TIMEOUT_S) as stage:
            known = stage.player.play(scenario.setup, "setup")
            stage.exchanges += known.exchanges
            while waiting and found is None and known.done:
                place = waiting.pop(0)
                for number in _LADDER:
                    played, (cost,) = play_measured(stage, (place.put(number),), "attack", known.variables)
                    if _much(cost) and not _refused(played.exchanges[0]):
                        found = place, number, cost
                        break
                    if not played.done or recorder.left() <= 0:
                        break
        recorder.keep(stage)
        if not known.done:
            recorder.notes.append("what the request needs could not be set up again")
            return
        if found is not None:
            yield found


def _play(scenario: Scenario, purpose: str, recorder: Recorder) -> None:
    with recorder.copy(scenario, purpose, timeout_s=_TIMEOUT_S) as stage:
        known = stage.player.play(scenario.setup, "setup")
        stage.exchanges += known.exchanges
        variables = known.variables
        for part, steps in (("attack", scenario.attack), ("observe", scenario.observe)):
            played, _ = play_measured(stage, steps, part, variables)
            variables = played.variables
    recorder.keep(stage)


def _much(cost: Cost) -> bool:
    return cost.cpu_s >= CPU_S or cost.grown >= GROWN or cost.size >= SIZE


def _refused(exchange: Exchange) -> bool:
    return exchange.response is not None and 400 <= exchange.response.status < 500


def _judged(trial: Trial, history: History) -> Judgement | None:
    measured = costs_of(trial, "attack")
    if len(measured) != len(trial.scenario.attack) or len(measured) < 3:
        return None
    (before, small), (_, tenth), (exchange, large) = measured[-3:]
    if not before.done or _refused(exchange) or not _comes_back(trial):
        return None
    after = [cost for each, cost in costs_of(trial, "observe") if each.done]
    told = _grows([small, *after], tenth, large)
    if told is None:
        return None
    number, name = trial.scenario.settings.get(NUMBER), trial.scenario.settings.get(INPUT)
    ended = trial.crashed
    return Judgement(
        status=Status.PROVEN,
        severity=Severity.BLOCKER if ended else Severity.MAJOR,
        title=f"{exchange.operation}: {name} decides how much the service works",
        expected="a number above a limit is refused, or treated as the limit",
        seen=f"{name} = {number}: {told}, {_answer(exchange)}" + ("; the service's process ended" if ended else ""),
        why=f"{who(exchange)}, with one request, "
        + ("ends the service" if ended else "uses up what many requests of others need"),
        cvss=vector(logged_in=who(exchange).endswith("account"), stop="H" if ended else "L"),
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location,
        operations=(exchange.operation,),
        root=str(name),
    )


def _comes_back(trial: Trial) -> bool:
    """Whether the small number is still good after the large one, unless that one ended the service or holds it."""
    held = any(each.response is None for each, _ in costs_of(trial, "attack"))
    return trial.crashed or held or any(each.done for each in of_part(trial, "observe"))


def _grows(small: Sequence[Cost], tenth: Cost, large: Cost) -> str | None:
    """In which of the three the large number costs much, and several times what the others do; in words."""
    measures = (
        (large.cpu_s, tenth.cpu_s, max([_QUIET.cpu_s, *(each.cpu_s for each in small)]), CPU_S),
        (large.grown, tenth.grown, max([_QUIET.grown, *(each.grown for each in small)]), GROWN),
        (large.size, tenth.size, max([_QUIET.size, *(each.size for each in small)]), SIZE),
    )
    words_of = ("{0:.1f} s of CPU, {1:.2f} s for a tenth of it and {2:.2f} s for 1",) + (
        "{0:.0f} MiB of {3}, {1:.0f} MiB for a tenth of it and {2:.1f} MiB for 1",
    ) * 2
    for (most, less, least, enough), text, noun in zip(measures, words_of, ("", "memory", "answer"), strict=True):
        # What was stopped at the time limit would have cost more; a tenth of nothing measurable grows without bound.
        if most >= enough and most >= _TIMES_CONTROL * least and most >= _TIMES_TENTH * less:
            unit = MIB if noun else 1
            return text.format(most / unit, less / unit, least / unit, noun)
    return None


def _answer(exchange: Exchange) -> str:
    return f"status {exchange.response.status}" if exchange.response else exchange.error or "no answer"
