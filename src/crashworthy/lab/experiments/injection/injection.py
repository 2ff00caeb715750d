"""Injection: marked text in every input of an operation, and where it comes out."""

from __future__ import annotations

from collections.abc import Sequence

from crashworthy.core.finding import Judgement
from crashworthy.core.history import History
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.variants import Ground, ground
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.injection.attack import Attack
from crashworthy.lab.experiments.injection.attacks import ATTACKS
from crashworthy.lab.experiments.injection.guess import guessed
from crashworthy.lab.experiments.injection.judge import BLIND, GUESSED, SHOWN, SUSPECTED, TOUCHED, judge
from crashworthy.lab.experiments.injection.positions import OUTSIDE
from crashworthy.lab.experiments.injection.probe import ATTACK, PLAN, Probe, empty, note_model_calls
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, replayed
from crashworthy.lab.testbed import Capability

_SUSPECTED, _TAKES_INPUT, _TAKES_NONE = 90.0, 45.0, 8.0
_ESTIMATE_S = 1.0
_LIMIT_S = 25.0
_MOST_HITS = 12


class Injection(Experiment):
    """Send every payload into every input; show each kind of hit alone, from a fresh state."""

    id = "injection"
    title = "Marked text in every input"
    weaknesses = tuple(dict.fromkeys(attack.weakness for attack in ATTACKS))
    replay_s = 1.0

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Every operation that is reached or suspected; one candidate stands for all weaknesses."""
        found = []
        for operation in lab.operations:
            suspicions = [each for each in lab.suspicions if operation.name in each.operations]
            first = next((each for each in suspicions if each.weakness in _IDS), None)
            # A sink is reached before the answer is known: what is suspected is tried without a good request, too.
            if first is None and operation.name not in lab.playbook.reached:
                continue
            weakness = next((w for w in self.weaknesses if first and w.id == first.weakness), self.weaknesses[0])
            takes_input = bool(operation.parameters or operation.body)
            found.append(
                Candidate(
                    weakness=weakness,
                    also=tuple(each for each in self.weaknesses if each != weakness),
                    operations=(operation.name,),
                    why=first.message if first else "takes input" if takes_input else "has headers",
                    priority=_SUSPECTED if first else _TAKES_INPUT if takes_input else _TAKES_NONE,
                    estimate_s=_ESTIMATE_S,
                    suspected=first is not None,
                )
            )
        return found

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Many payloads on few copies; then each hit alone on a fresh copy."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S)
        base = ground(candidate.operations, lab.playbook, lab.operations)
        operation = lab.operation(candidate.operations[0])
        touched: set[str] = set()
        is_guess = base is None and operation is not None
        if base is None and operation is not None:
            base = guessed(operation, lab)
        if base is not None and operation is not None:
            try:
                touched = _attack(base, operation, recorder, lab)
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        suspected = {each.weakness for each in lab.suspicions if candidate.operations[0] in each.operations}
        sees = Capability.REQUESTS in lab.testbed.capabilities
        settings: dict[str, Json] = {
            SUSPECTED: [*sorted(suspected & _IDS)],
            TOUCHED: [*sorted(touched)],
            GUESSED: is_guess,
            BLIND: [] if sees else [*sorted({attack.weakness.id for attack in ATTACKS if attack.sinks})],
        }
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """The worst of `judgements`."""
        return judge(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """One per weakness and place."""
        return judge(history)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same request after the same setup."""
        return replayed(self.id, history, judgement, lab, _show)


_IDS = frozenset(weakness.id for weakness in Injection.weaknesses)


def _attack(base: Ground, operation: Operation, recorder: Recorder, lab: Lab) -> set[str]:
    """Scan and show; the weaknesses whose sinks a marker reached."""
    sees = Capability.REQUESTS in lab.testbed.capabilities
    attacks: list[Attack] = [each for each in ATTACKS if (sees or not each.sinks) and each.fits(lab.tree)]
    # Where each request waits for a server that the lab does not have, there is time for a few only.
    suspected = {each.weakness for each in lab.suspicions if operation.name in each.operations}
    attacks.sort(key=lambda attack: attack.weakness.id not in suspected)
    probe = Probe(base, operation, recorder, attacks)
    probe.run()
    shown: set[tuple[str, object]] = set()
    for hit in probe.hits:
        shot = hit.shot
        mark = (shot.attack.weakness.id, hit.evidence.location or shot.place.title)
        if mark not in shown and len(shown) < _MOST_HITS:
            shown.add(mark)
            setup = base.setup if shot.setup is None else shot.setup
            observe = () if hit.at_once else base.observe
            _show(Scenario(setup=setup, attack=(shot.step,), observe=observe, settings=shot.settings), recorder)
    return {attack.weakness.id for attack in attacks if attack.id in probe.touched}


def _show(scenario: Scenario, recorder: Recorder) -> None:
    """One payload alone on a fresh copy."""
    attack = next(each for each in ATTACKS if each.id == scenario.settings[ATTACK])
    outside = recorder.lab.testbed.outside
    # The folder of this run, which need not be that of the run that found it.
    scenario = scenario.model_copy(update={"settings": {**scenario.settings, OUTSIDE: str(outside)}})
    with recorder.copy(scenario, SHOWN) as stage:
        empty(outside)
        attack.prepare(scenario.settings, outside)
        given = attack.variables(scenario.settings, outside)
        known = stage.player.play(scenario.setup, "setup", given, plan=PLAN)
        stage.exchanges += known.exchanges
        variables = {**known.variables, **given}
        stage.exchanges += stage.player.play(scenario.attack, "attack", variables, plan=PLAN).exchanges
        stage.exchanges += stage.player.play(scenario.observe, "observe", known.variables, plan=PLAN).exchanges
        note_model_calls(stage)
        empty(outside)
    recorder.keep(stage)
