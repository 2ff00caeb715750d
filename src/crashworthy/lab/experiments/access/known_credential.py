"""Known credential: what stands in the source is shown to the service as a key or a password.

The driver has found out which secret of the source opens what is refused without it. Proven when a request that is
refused to nobody (401 or 403) is done with a credential that a reader of the source knows. A service could look guilty
whose key was put into its environment by the run, or by the example that comes with it: such a value is no secret of
the source, unless the source itself has it as that variable's default.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.lab.experiments.access.callers import by_nobody, credentials, proves_identity
from crashworthy.lab.experiments.access.source_secrets import SourceSecret, source_secrets
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.rating import severity, vector
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.session import succeeded
from crashworthy.weaknesses.credentials import KNOWN_CREDENTIAL

KIND = "credential"
_PRIORITY = 95.0
_ESTIMATE_S = 0.5


class KnownCredential(Experiment):
    """One play per secret: nobody is refused, and with what stands in the source the same request is done."""

    id = "known-credential"
    title = "Keys and passwords of the source, shown to the service"
    weaknesses = (KNOWN_CREDENTIAL,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """One per secret by which a way became possible, at the operation with the shortest way."""
        found: dict[str, Candidate] = {}
        for way, _, secret in sorted(_uses(lab), key=lambda use: len(use[0].steps)):
            if secret.text not in found:
                found[secret.text] = Candidate(
                    weakness=KNOWN_CREDENTIAL,
                    operations=(way.operation,),
                    why="was reached with a credential that stands in the source",
                    priority=_PRIORITY,
                    estimate_s=_ESTIMATE_S,
                    location=secret.location,
                    suspected=True,
                )
        return list(found.values())

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """The request with the credential, then by nobody."""
        recorder = Recorder(lab, self.id)
        for way, place, secret in _uses(lab):
            if (way.operation,) == candidate.operations and secret.location == candidate.location:
                try:
                    play(_scenario(way, place), recorder)
                except OutOfTimeError:
                    recorder.notes.append("the time ended before it was tried")
                break
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """PROVEN when what nobody may do was done."""
        why = "the credential did not open anything again"
        for trial in history.trials:
            attack, closing = of_part(trial, "attack"), of_part(trial, "observe")
            refused = [e for e in closing if e.actor == "nobody" and e.response and e.response.status in (401, 403)]
            opened = [e for e in (*attack, *closing) if e.actor != "nobody" and succeeded(e)]
            if len(opened) < len(attack) + len(closing) - 1 or not refused or not attack:
                continue
            operation = refused[0].operation
            kind = str(trial.scenario.settings.get(KIND, "key"))
            cvss = vector(logged_in=False, read="H", change="H")
            return Judgement(
                status=Status.PROVEN,
                severity=severity(cvss),
                title=f"The {kind} that stands in the source opens {operation}",
                expected="a refusal: nobody can know a credential that is not in the source",
                seen=f"{operation}: status {refused[0].response.status if refused[0].response else 0} without, and "
                f"{opened[-1].response.status if opened[-1].response else 0} with the {kind} from {history.location}",
                why=f"anybody who has read the source has the {kind}, and all rights that go with it",
                cvss=cvss,
                trial=trial.id,
                scenario=trial.scenario,
                location=history.location,
                operations=(operation,),
                trials=len(history.trials),
            )
        return Judgement(status=Status.HELD, why="; ".join([why, *history.notes]), trials=len(history.trials))

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same play."""
        return replayed(self.id, history, judgement, lab, play)


def play(plan: Scenario, recorder: Recorder) -> None:
    """Setup, the request that shows the credential, and then what needs it."""
    with recorder.copy(plan, "attack") as stage:
        variables = None
        for part, steps in (("setup", plan.setup), ("attack", plan.attack), ("observe", plan.observe)):
            played = stage.player.play(steps, part, variables)
            stage.exchanges += played.exchanges
            variables = played.variables
    recorder.keep(stage)


def _uses(lab: Lab) -> Iterator[tuple[Way, int, SourceSecret]]:
    """Ways that show a secret of the source, and the index of the step that does: a login, or the last."""
    secrets = source_secrets(lab.tree, lab.credentials)
    for way in lab.playbook.ways:
        if way.actor != "admin":
            continue
        last = way.steps[-1]
        for _, value in credentials(last):
            secret = secrets.get(value) or secrets.get(value.rpartition(" ")[2])
            if secret is not None:
                yield way, len(way.steps) - 1, secret
        for place, step in enumerate(way.steps[:-1]):
            if step.actor == "admin" and proves_identity(step) and isinstance(step.body, dict):
                known = [secrets[value] for value in step.body.values() if isinstance(value, str) and value in secrets]
                if len(known) >= 2 or (known and len(step.body) == 1):
                    yield way, place, known[-1]


def _scenario(way: Way, place: int) -> Scenario:
    shown: Step = way.steps[place]
    last = way.steps[-1]
    if shown is last:
        closing: tuple[Step, ...] = (by_nobody(last),)
        return Scenario(setup=way.steps[:-1], attack=(last,), observe=closing, settings={KIND: "key"})
    before, after = way.steps[:place], way.steps[place + 1 :]
    return Scenario(setup=before, attack=(shown,), observe=(*after, by_nobody(last)), settings={KIND: "password"})
