"""Script in page: texts that are markup are sent in each input, and the pages are read as a browser would.

A word that occurs nowhere else is the handler of an image. Proven when the parser of a browser finds that image, with
that handler, in an answer that a browser renders as a page: in the answer itself, or in a page read afterwards. An
escaped text, a cleaned one, JSON that holds it and a download are no finding. Where the page's content security policy
keeps inline handlers from running it is told only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History
from crashworthy.core.operation import Operation, ParameterIn
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.access.callers import proves_identity
from crashworthy.lab.experiments.crosssite.browser import forbids_inline_script, payload, script_of
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.rating import carries_credential, severity, vector
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.readback import pick_readback
from crashworthy.weaknesses.crosssite import SCRIPT_IN_PAGE

INPUTS = "inputs"
"""Setting: the inputs' names in the order of the attack's steps."""

_WORD = "cwscript"
_PRIORITY, _ESTIMATE_S, _LIMIT_S = 50.0, 1.0, 10.0
_MOST_INPUTS = 8
_MOST_PAGES = 6


class ScriptInPage(Experiment):
    """One candidate per operation that takes texts, where the source mentions pages at all."""

    id = "script-in-page"
    title = "Texts that are markup, read back as a browser would"
    weaknesses = (SCRIPT_IN_PAGE,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Operations with texts as input."""
        if not any("html" in file.text.lower() for file in lab.tree.files):
            return ()
        return [
            Candidate(
                weakness=SCRIPT_IN_PAGE,
                operations=(operation.name,),
                why="takes texts that a page may show",
                priority=_PRIORITY,
                estimate_s=_ESTIMATE_S,
                location=lab.handler(operation.name),
            )
            for operation in lab.operations
            if (way := lab.playbook.way(operation.name)) is not None
            and not proves_identity(way.steps[-1])
            and any(True for _ in _changed(operation, way.steps[-1]))
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Each input in turn on one copy, and all pages afterwards."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S)
        operation, way = lab.operation(candidate.operations[0]), lab.playbook.way(candidate.operations[0])
        if operation is not None and way is not None:
            steps, below = _with_pages_below(way, lab)
            changed = list(_changed(operation, steps[-1]))[:_MOST_INPUTS]
            if below and len(changed) > 1:
                # The pages below are those of what was made last: it has all of the texts.
                changed.append((changed[-1][0], _all_changed(steps[-1])))
            plan = Scenario(
                setup=steps[:-1],
                attack=tuple(step for _, step in changed),
                observe=(*below, *_pages(way, lab))[:_MOST_PAGES],
                settings={INPUTS: [name for name, _ in changed]},
            )
            try:
                _play(plan, recorder)
            except OutOfTimeError:
                recorder.notes.append("the time ended before it was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """PROVEN for the first input that became script."""
        tried = 0
        for trial in history.trials:
            inputs = trial.scenario.settings.get(INPUTS)
            names = [str(name) for name in inputs] if isinstance(inputs, list) else []
            attack = list(zip(trial.scenario.attack, names, strict=False))
            answers = [*of_part(trial, "attack"), *of_part(trial, "observe")]
            tried += len(attack)
            for step, name in attack:
                for exchange in answers:
                    found = script_of(exchange, word_of(name))
                    if found is not None:
                        alone = {"attack": (step,), "settings": {INPUTS: [name]}}
                        if exchange.part == "attack":
                            alone["observe"] = ()
                        return _told(exchange, name, found, history, trial.id, trial.scenario.model_copy(update=alone))
        why = "; ".join([f"{tried} inputs became script in no page", *history.notes])
        return Judgement(status=Status.HELD, why=why, trials=tried)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The one input again."""
        return replayed(self.id, history, judgement, lab, _play)


def _play(plan: Scenario, recorder: Recorder) -> None:
    """Setup, each changed request, and the pages."""
    with recorder.copy(plan, "attack") as stage:
        known = stage.player.play(plan.setup, "setup")
        stage.exchanges += known.exchanges
        variables = known.variables
        for part, steps in (("attack", plan.attack), ("observe", plan.observe)):
            played = stage.player.play(steps, part, variables)
            stage.exchanges += played.exchanges
            variables = played.variables
    recorder.keep(stage)


def _pages(way: Way, lab: Lab) -> tuple[Step, ...]:
    """Reads that may be pages: of what the set-up made, and those that need nothing."""
    read = pick_readback(lab.operations, lab.playbook, way.steps[:-1], way.steps[-1:])
    return tuple(step for step in read.observe if step.method == "GET")


def _with_pages_below(way: Way, lab: Lab) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """A way to the same operation by which what it makes is read at once, and those reads; the way itself, and none."""
    longer = [
        other
        for other in lab.playbook.ways
        if [step.operation for step in other.steps[-2:-1]] == [way.operation] and other.steps[-1].method == "GET"
    ]
    if not longer:
        return way.steps, ()
    steps = longer[0].steps[:-1]
    return steps, tuple(other.steps[-1] for other in longer if other.steps[:-1] == steps)


def _all_changed(step: Step) -> Step:
    """The step with each text of its body changed."""
    body = step.body if isinstance(step.body, dict) else {}
    marked = {name: f"{value}{payload(word_of(name))}" for name, value in body.items() if isinstance(value, str)}
    return step.model_copy(update={"body": {**body, **marked}})


def _changed(operation: Operation, step: Step) -> Iterator[tuple[str, Step]]:
    """The step with one text changed, and the input's name; a value that was there stays at the beginning."""
    taken = [name for name, _ in step.query]
    declared = [each.name for each in operation.parameters if each.where is ParameterIn.QUERY]
    for name in dict.fromkeys((*taken, *declared)):
        kept = tuple(pair for pair in step.query if pair[0] != name)
        yield name, step.model_copy(update={"query": (*kept, (name, payload(word_of(name))))})
    if isinstance(step.body, dict):
        for name, value in step.body.items():
            if isinstance(value, str):
                body: dict[str, Json] = {**step.body, name: f"{value}{payload(word_of(name))}"}
                yield name, step.model_copy(update={"body": body})
    for part in operation.path.split("/"):
        if step.method == "GET" and part.startswith("{") and operation.path.count("{") == 1:
            name = part[1:-1].rpartition(":")[2]
            fixed = operation.path.replace(part, payload(word_of(name)).replace("/", "%2F"))
            yield name, step.model_copy(update={"path": fixed})


def word_of(name: str) -> str:
    """The word that stands for an input of that name."""
    return _WORD + "".join(letter for letter in name.lower() if letter.isalnum())


def _told(exchange: Exchange, name: str, found: str, history: History, trial: str, scenario: Scenario) -> Judgement:
    stored = exchange.part == "observe"
    attack = scenario.attack[0]
    forbidden = exchange.response is not None and forbids_inline_script(exchange.response)
    logged_in = bool(attack.headers) or carries_credential(exchange)
    cvss = vector(logged_in=logged_in, read="L", change="L", victim=True)
    where = f"the page of {exchange.operation}" if stored else "its answer"
    return Judgement(
        status=Status.OBSERVED if forbidden else Status.PROVEN,
        # CVSS counts what the service loses; that visitors lose their sessions is beyond its base vector.
        severity=Severity.MINOR if forbidden else max(severity(cvss), Severity.MAJOR, key=lambda each: each.rank),
        title=f"{attack.operation}: {name!r} becomes script in {where}",
        expected="the text as it was sent, escaped",
        seen=f"{exchange.operation} holds the element {found}, from {name!r}",
        why="the policy of the page keeps it from running"
        if forbidden
        else "who sends it acts in the browser of everybody who opens the page",
        cvss=None if forbidden else cvss,
        trial=trial,
        scenario=scenario,
        location=history.location,
        operations=(attack.operation,),
        root=name,
    )
