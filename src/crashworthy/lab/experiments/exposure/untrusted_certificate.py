"""Untrusted certificate: another system answers with a certificate that nobody vouches for; does the service go on?

The stand-in plays the other system over TLS, with a certificate of its own making. While this experiment runs the
sensor leaves the service's clients as they are set. Proven when a client that is set not to verify sends its request:
only then it has told its secrets to whoever answered. A correct service could look guilty where a client switches
the verification off and compares the certificate's fingerprint instead; it sends nothing then.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, SensorEvent, Trial
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.injection.positions import LOOPBACK
from crashworthy.lab.experiments.rating import severity, vector
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.testbed import Capability
from crashworthy.weaknesses.exposure import UNTRUSTED_CERTIFICATE

RECEIVED = "received"
"""Kind of events that this experiment adds to its trials: a request that the stand-in received."""

_PLAN: dict[str, Json] = {"strict_tls": True}
_NO_REQUESTS = frozenset({"CONNECT", "MAIL"})
_SUSPECTED, _CALLS, _ESTIMATE_S = 85.0, 30.0, 0.8
_SETTLE_S = 0.3


class UntrustedCertificate(Experiment):
    """One candidate per operation that calls another system."""

    id = "untrusted-certificate"
    title = "Another system with a certificate of anybody's making"
    weaknesses = (UNTRUSTED_CERTIFICATE,)
    needs = frozenset({Capability.OUTBOUND, Capability.REQUESTS})

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Operations that reach an outbound call, suspected ones first."""
        suspected = {
            name: each
            for each in lab.suspicions
            if each.weakness == UNTRUSTED_CERTIFICATE.id
            for name in each.operations
        }
        calling = {name for call in lab.tree.outbound for name in lab.tree.operations_reaching(call.location)}
        return [
            Candidate(
                weakness=UNTRUSTED_CERTIFICATE,
                operations=(operation.name,),
                why=suspected[operation.name].message if operation.name in suspected else "calls another system",
                priority=_SUSPECTED if operation.name in suspected else _CALLS,
                estimate_s=_ESTIMATE_S,
                location=suspected[operation.name].location if operation.name in suspected else None,
                suspected=operation.name in suspected,
            )
            for operation in lab.operations
            if operation.name in lab.playbook.reached and operation.name in suspected.keys() | calling
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """One play."""
        recorder = Recorder(lab, self.id)
        way: Way | None = lab.playbook.way(candidate.operations[0])
        if way is not None:
            try:
                _play(
                    Scenario(setup=way.steps[:-1], attack=(way.steps[-1].model_copy(update={"saves": ()}),)), recorder
                )
            except OutOfTimeError:
                recorder.notes.append("the time ended before it was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """PROVEN for the first request that was sent without verification."""
        for trial in history.trials:
            for event in _unverified(trial):
                return _told(event, trial, history)
        made = [event for trial in history.trials for event in trial.events if event.kind == "tls"]
        if not any(of_part(trial, "attack") for trial in history.trials):
            return Judgement(status=Status.UNKNOWN, why="; ".join(["it was not played", *history.notes]))
        why = f"{len(made)} connections refused the certificate" if made else "no connection with TLS was made"
        return Judgement(status=Status.HELD, why="; ".join([why, *history.notes]), trials=len(history.trials))

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same play."""
        return replayed(self.id, history, judgement, lab, _play)


def _play(plan: Scenario, recorder: Recorder) -> None:
    with recorder.copy(plan, "attack") as stage:
        known = stage.player.play(plan.setup, "setup", plan=_PLAN)
        stage.exchanges += known.exchanges
        stage.exchanges += stage.player.play(plan.attack, "attack", known.variables, plan=_PLAN).exchanges
        time.sleep(_SETTLE_S)
        stage.events += [
            SensorEvent(
                at=round(call.at - stage.player.origin, 6),
                kind=RECEIVED,
                data={"host": call.host, "method": call.method, "path": call.path[:200]},
            )
            for call in stage.lab.testbed.outbound_calls()
            if call.method not in _NO_REQUESTS
        ]
    recorder.keep(stage)


def _unverified(trial: Trial) -> Iterator[SensorEvent]:
    """Connections that a client made without verification and then sent a request over."""
    received = [event for event in trial.events if event.kind == RECEIVED]
    for event in trial.events:
        if event.kind != "tls" or event.data.get("verified") is not False:
            continue
        host = str(event.data.get("host") or "")
        if host in LOOPBACK:  # nobody is on the way
            continue
        if any(each.at >= event.at and (not host or str(each.data.get("host")) == host) for each in received):
            yield event


def _told(event: SensorEvent, trial: Trial, history: History) -> Judgement:
    host = event.data.get("host")
    sent = next(e for e in trial.events if e.kind == RECEIVED and e.at >= event.at)
    cvss = vector(logged_in=False, read="H", change="L", chance=True)
    return Judgement(
        status=Status.PROVEN,
        severity=severity(cvss),
        title=f"{history.operations[0]} sends its request to {host or 'another system'} whoever that is",
        expected="the certificate is refused, and nothing is sent",
        seen=f"the client is set not to verify; {sent.data.get('method')} {sent.data.get('path')} was sent to a server "
        "with a certificate that it had made itself",
        why="who is on the way between the two, such as in a network that both use, reads and changes what they say",
        cvss=cvss,
        trial=trial.id,
        scenario=trial.scenario,
        location=event.location or history.location,
        operations=history.operations,
        trials=len(history.trials),
    )
