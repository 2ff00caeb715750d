"""The engine: one run inside the box, from the service's copy to the report. `python -m crashworthy.run.engine JOB`."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from string import Template
from threading import Lock
from types import FrameType

from crashworthy.audit.engine import audit
from crashworthy.constraints.model import Actor
from crashworthy.core.errors import CrashworthyError
from crashworthy.core.events import (
    BudgetStarted,
    Emit,
    FindingMade,
    Learned,
    Note,
    RunFinished,
    StageStarted,
)
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook
from crashworthy.core.report import ExperimentReport, NotTried, OperationReport, RunReport, ServiceReport
from crashworthy.core.suspicion import Suspicion
from crashworthy.core.verdict import Verdict
from crashworthy.lab.environment.decision import names_beside
from crashworthy.lab.experiments.experiment import Candidate, Lab
from crashworthy.lab.experiments.registry import EXPERIMENTS
from crashworthy.lab.testbed import Capability
from crashworthy.lab.traffic.discover import discover
from crashworthy.lab.traffic.driver import LearnContext, learn
from crashworthy.lab.traffic.export.saved import SavedPlaybook
from crashworthy.lab.traffic.handlers import shape
from crashworthy.lab.traffic.lessons.lessons import Lessons
from crashworthy.lab.traffic.lessons.study import study
from crashworthy.lab.traffic.lessons.tests_run import MOST_S, SHARE, run_tests
from crashworthy.lab.traffic.memory import Memory, memory_of, read_memory
from crashworthy.lab.traffic.reasons import NEEDS_CREDENTIAL
from crashworthy.run.assemble import Findings, Mark
from crashworthy.run.attempt import Attempt, Attempts, Conclusion
from crashworthy.run.channel import serve_events
from crashworthy.run.crew import Crew
from crashworthy.run.folder import RunFolder, write_atomically
from crashworthy.run.job import Job
from crashworthy.run.lane import Lane, open_lanes
from crashworthy.run.pace import trial_seconds
from crashworthy.run.redact import Redactor
from crashworthy.run.schedule import Schedule
from crashworthy.run.stand import Stand, open_stand
from crashworthy.source.parse import parse_folder
from crashworthy.source.reaching import with_operations
from crashworthy.source.tree import SourceTree
from crashworthy.verdict.policy import decide

# Learning may take this share of the budget: an experiment cannot break what was not reached.
LEARNING_SHARE = 0.4
# Past the budget by this much, whatever runs is interrupted; the report follows within seconds.
GRACE_S = 4.0

# Packages by which services leave the login to somebody else, where crashworthy cannot sign up.
_IDENTITY_PROVIDERS = frozenset(
    {"auth0", "authlib", "fastapi_azure_auth", "fastapi_keycloak", "keycloak", "mozilla_django_oidc", "msal", "okta"}
)


class BudgetOver(BaseException):
    """The time is up, and what runs did not notice. Like KeyboardInterrupt, it passes every `except Exception`."""


@dataclass
class _Progress:
    """What is known so far; a partial report is made of it at any time."""

    operations: tuple[Operation, ...] = ()
    playbook: Playbook = field(default_factory=Playbook)
    suspicions: tuple[Suspicion, ...] = ()
    experiments: list[ExperimentReport] = field(default_factory=list)
    unfinished: list[NotTried] = field(default_factory=list)
    not_tried: list[NotTried] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    service: ServiceReport | None = None
    interrupted: bool = False


class Engine:
    """Runs one job."""

    learning_share = LEARNING_SHARE

    def __init__(self, job: Job, emit: Emit) -> None:
        self.job = job
        self.redactor = Redactor()
        self.emit: Emit = lambda event: emit(self.redactor.redact(event))
        self.folder = RunFolder(Path(job.folder))
        self.began = time.monotonic()
        self.deadline = self.began + job.budget_s
        self.findings = Findings(job.constraints)
        self.progress = _Progress()
        self.lanes: list[Lane] = []
        self._deciding = Lock()

    def run(self) -> RunReport:
        """The report, partial when the run was interrupted. CrashworthyError when the service cannot be tested."""
        tree = parse_folder(Path(self.job.source))
        self._audit(tree)
        self.lanes = open_lanes(self.job, tree, self.folder)
        try:
            self._start_clock()
            with open_stand(self.job, tree, self.folder, self.emit) as stand:
                self.progress.service = stand.report
                tree = self._learn(stand, tree)
                self._tell_learned(stand)
                self._experiment(stand, tree)
        except (KeyboardInterrupt, BudgetOver) as stop:
            self.progress.interrupted = isinstance(stop, KeyboardInterrupt)
            why = "the run was interrupted" if self.progress.interrupted else "the budget was over"
            self.progress.unfinished.append(NotTried(what="the experiments", why=why))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for lane in self.lanes:
                lane.end()
        report = self.redactor.redact(self._report())
        self.folder.save_report(report)
        return report

    def _audit(self, tree: SourceTree) -> None:
        self.emit(StageStarted(stage="audit", detail=f"{len(tree.files)} files"))
        result = audit(tree, only=self.job.only, skip=self.job.skip)
        self.progress.suspicions = result.suspicions
        self.progress.not_tried += [NotTried(what=f"reading {what}", why=why) for what, why in result.unread]

    def _start_clock(self) -> None:
        self.emit(BudgetStarted(seconds=self.job.budget_s))
        self.began = time.monotonic()
        self.deadline = self.began + self.job.budget_s
        signal.signal(signal.SIGALRM, _budget_is_over)
        signal.setitimer(signal.ITIMER_REAL, self.job.budget_s + GRACE_S)

    def _learn(self, stand: Stand, tree: SourceTree) -> SourceTree:
        """Learn to use the service; returns the tree with the operations that are known by then."""
        self.emit(StageStarted(stage="learn", detail="learning to use the API"))
        openapi = Path(self.job.openapi) if self.job.openapi else None
        with stand.testbed.fresh() as instance:
            discovery = discover(tree, instance, openapi)
        tree = with_operations(tree, discovery.operations)
        self.progress.suspicions = tuple(_reaching(each, tree) for each in self.progress.suspicions)
        lessons = self._study(stand, tree, discovery.operations)
        for text in discovery.notes:
            self._note(text)
        credentials = [_headers(actor, self.job.given) for actor in self.job.constraints.actors]
        until = min(self.deadline, time.monotonic() + self.job.budget_s * self.learning_share)
        self.progress.playbook = learn(
            LearnContext(
                testbed=stand.testbed,
                tree=tree,
                operations=self.progress.operations,
                seed=self.job.seed,
                deadline=until,
                emit=self.emit,
                schemes=discovery.schemes,
                environment={**names_beside(stand.credentials, stand.plan.environment), **stand.credentials},
                credentials=credentials,
                lessons=lessons,
                memory=self._memory(),
                sensor=Capability.REQUESTS in stand.testbed.capabilities,
            )
        )
        saved = SavedPlaybook(operations=self.progress.operations, playbook=self.progress.playbook)
        self.folder.save_playbook(self.redactor.redact(saved))
        private = [text for headers in credentials for _, text in headers]
        memory = memory_of(self.progress.playbook, tree, self.progress.operations, private=private)
        write_atomically(self.folder.learned_file, self.redactor.redact(memory).model_dump_json())

        locked = sum(item.why.startswith(NEEDS_CREDENTIAL) for item in self.progress.playbook.unreached)
        if locked:
            provider = next(iter(sorted(tree.imports & _IDENTITY_PROVIDERS)), None)
            through = f" through an identity provider ({provider})" if provider else ""
            self._note(
                f"{locked} of the operations want a login{through} that crashworthy could not get: give it one in "
                'crashworthy.toml: [[actors]] name = "admin", headers = { Authorization = "Bearer ${TOKEN}" }, '
                "and pass the token on with --env TOKEN"
            )
        return tree

    def _memory(self) -> Memory | None:
        """What an earlier run learned of this service."""
        memory = read_memory(self.folder.memory_file)
        return self.redactor.restore(memory) if memory else None

    def _study(self, stand: Stand, tree: SourceTree, operations: tuple[Operation, ...]) -> Lessons:
        """What recorded requests and the service's own tests teach; the operations with what these add."""
        seconds = min(MOST_S, self.job.budget_s * LEARNING_SHARE * SHARE)
        tests = run_tests(tree, stand.plan, self.folder.service, seconds)
        if tests.note:
            self._note(tests.note)
        studied = study(tree, operations, [Path(file) for file in self.job.recordings], tests.requests)
        self.progress.operations = studied.operations
        self.redactor = Redactor(studied.lessons.secrets)
        self.redactor.save(self.folder.path)
        for text in studied.lessons.notes:
            self._note(text)
        return studied.lessons

    def _tell_learned(self, stand: Stand) -> None:
        """A service that brings the engine down does not take this with it."""
        operations = operation_reports(self.progress.operations, self.progress.playbook)
        self.emit(Learned(service=stand.report, operations=operations, suspicions=self.progress.suspicions))

    def _lab(self, stand: Stand, tree: SourceTree, deadline: float) -> Lab:
        quick = Capability.REQUESTS in stand.testbed.capabilities
        return replace(
            stand.lab(self.job, tree, self.progress.operations, deadline=deadline, emit=self.emit),
            playbook=self.progress.playbook,
            suspicions=self.progress.suspicions,
            trial_s=trial_seconds(stand.testbed, self.progress.playbook, quick_hashes=quick),
            replay_trial_s=trial_seconds(stand.testbed, self.progress.playbook, quick_hashes=False),
            quick_hashes=quick,
        )

    def _experiment(self, stand: Stand, tree: SourceTree) -> None:
        lab = self._lab(stand, tree, self.deadline)
        experiments = [each for each in EXPERIMENTS if any(self.job.wants(weakness.id) for weakness in each.weaknesses)]
        schedule = Schedule.of(experiments, lab, self._wants)
        self.emit(StageStarted(stage="experiments", detail=f"{len(schedule)} to try"))
        attempts = Attempts(lab, self.folder, self.job, self._proven, self._conclude)
        crew = Crew(
            lab, schedule, proven=self._proven, conclude=self._conclude, finished=self._finished, note=self._note
        )
        try:
            crew.call(self.lanes)
            crew.work(attempts.make)
        finally:
            crew.dismiss()
            schedule.abandon("the run ended before its turn", "the run ended in the middle of it")
            self.progress.unfinished += schedule.left_out

    def _wants(self, candidate: Candidate) -> bool:
        return any(self.job.wants(weakness.id) for weakness in (candidate.weakness, *candidate.also))

    def _finished(self, attempt: Attempt) -> None:
        if attempt.report is not None:
            self.progress.experiments.append(attempt.report)
        if attempt.unfinished is not None:
            self.progress.unfinished.append(attempt.unfinished)

    def _proven(self) -> frozenset[Mark]:
        with self._deciding:
            return self.findings.proven

    def _conclude(self, conclusion: Conclusion) -> None:
        with self._deciding:
            finding = self.findings.judged(conclusion.history, conclusion.judgement, conclusion.proof)
        self.emit(FindingMade(finding=finding))

    def _note(self, text: str) -> None:
        self.progress.notes.append(text)
        self.emit(Note(text=text))

    def _report(self) -> RunReport:
        self.emit(StageStarted(stage="report"))
        progress = self.progress
        self.findings.add_untried(progress.suspicions, progress.playbook.reached)
        operations = operation_reports(progress.operations, progress.playbook)
        judgement: Verdict = decide(
            self.findings.made,
            operations,
            progress.unfinished,
            fail_on=self.job.fail_on,
            allow_unknown=self.job.allow_unknown,
            only=self.job.only,
            skip=self.job.skip,
        )
        return RunReport(
            run=self.job.run,
            verdict=judgement.outcome,
            judgement=judgement,
            seed=self.job.seed,
            budget_s=self.job.budget_s,
            duration_s=round(time.monotonic() - self.began, 3),
            started_at=self.job.started_at,
            interrupted=progress.interrupted,
            service=progress.service or ServiceReport(path=self.job.source, name=Path(self.job.source).name),
            operations=operations,
            findings=tuple(self.findings.made),
            proofs=tuple(self.findings.proofs),
            suspicions=progress.suspicions,
            experiments=tuple(progress.experiments),
            not_tried=(*progress.unfinished, *progress.not_tried),
            notes=tuple(progress.notes),
        )


def _headers(actor: Actor, given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """An actor's headers; `${NAME}` in them stands for a variable that --env gave."""
    try:
        return tuple((name, Template(value).substitute(given)) for name, value in actor.headers.items())
    except (KeyError, ValueError) as problem:
        raise CrashworthyError(
            f"actors.{actor.name}: a header names a variable that is not known: {problem}",
            remedy="Pass it on with --env NAME.",
        ) from None


def operation_reports(operations: tuple[Operation, ...], playbook: Playbook) -> tuple[OperationReport, ...]:
    """For each operation by whom it was reached and in how many requests, or why it was not."""
    why_not = {item.operation: item.why for item in playbook.unreached}
    reports = []
    for operation in operations:
        actors = tuple(dict.fromkeys(way.actor for way in playbook.ways if way.operation == operation.name))
        way = playbook.way(operation.name)
        reports.append(
            OperationReport(
                operation=operation.name,
                reached=bool(actors),
                actors=actors,
                requests=len(way.steps) if way else 0,
                why=None if actors else why_not.get(operation.name, "not tried"),
                handler=operation.handler,
            )
        )
    return tuple(reports)


def _reaching(suspicion: Suspicion, tree: SourceTree) -> Suspicion:
    """With the operations that reach the place under the names that they turned out to have."""
    reaching = tree.operations_reaching(suspicion.location)
    alike = {shape(name) for name in suspicion.operations}
    more = [name for name in reaching if not alike or shape(name) in alike]
    return suspicion.model_copy(update={"operations": tuple(sorted({*suspicion.operations, *more}))})


def _budget_is_over(_number: int, _frame: FrameType | None) -> None:
    raise BudgetOver


def _run(job: Job, emit: Emit) -> None:
    emit(RunFinished(report=Engine(job, emit).run()))


if __name__ == "__main__":
    sys.exit(serve_events(_run))
