"""Writes proofs as pytest files that need nothing of crashworthy."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from crashworthy.core.proof import Proof
from crashworthy.core.scenario import Interleaving, Save, Scenario, Step
from crashworthy.lab.experiments.concurrency.outcomes import distinct_of
from crashworthy.lab.experiments.concurrency.serializability import masks_of
from crashworthy.lab.experiments.conservation.adding_up import FRACTIONS
from crashworthy.lab.experiments.episode import END, SETTLE
from crashworthy.lab.experiments.injection import lexers, positions
from crashworthy.lab.experiments.input.stalls import AT_ONCE
from crashworthy.lab.experiments.retry.repetitions import AFTER, TOGETHER
from crashworthy.lab.proof.particulars import broken_of, injection_of, pages_of
from crashworthy.lab.proof.python_source import NotWritableError, call, needs, saving
from crashworthy.lab.proof.start_command import StartCommand, start_command
from crashworthy.lab.proof.statements import statements_of
from crashworthy.weaknesses.catalogue import CATALOGUE

BESIDE = Path(__file__).parent / "beside" / "crashworthy_interleave"

SINKS = BESIDE.with_name("crashworthy_sinks")
CLOCK = BESIDE.with_name("crashworthy_clock")
SENSOR_CLOCK = Path(__file__).parents[1] / "sensor" / "injected" / "crashworthy_sensor" / "clock.py"
_INJECTION = "injection.py.j2"
_READBACK = "readback.py.j2"
_HALF = "half.py.j2"
_PAGES = "pages.py.j2"
_AMOUNTS = "amounts.py.j2"
_STATEMENTS = "statements.py.j2"
# What is done differently before it is read back, and how that is told.
_CASES = {
    "known-to-one-process": ("workers", "with a second process"),
    "stale-answer": ("stale", "after it was read before"),
    "answer-of-another": ("another", "after another user"),
}
# By weakness, or by experiment.
_TEMPLATES = {
    "lost-update": "race.py.j2",
    "crash-under-concurrency": "race_crash.py.j2",
    "crash-on-input": "crash.py.j2",
    "wedged-by-one-request": "wedge.py.j2",
    "slow-dependency": "slow.py.j2",
    "object-of-another": "refused.py.j2",
    "known-credential": "refused.py.j2",
    "token-after-logout": "refused.py.j2",
    "token-after-password-change": "refused.py.j2",
    "repeated-request": "repeat.py.j2",
    "lost-at-restart": "restart.py.j2",
    "lost-on-pages": _PAGES,
    "odd-amounts": _AMOUNTS,
    "half-done": _HALF,
    "unrecorded-call": _HALF,
    "left-locked": _HALF,
    "known-to-one-process": _READBACK,
    "stale-answer": _READBACK,
    "answer-of-another": _READBACK,
    "right-not-checked": "refused.py.j2",
    "cross-site-change": "foreign.py.j2",
    "injection": _INJECTION,
}
# Of the cases of a repetition those that a test can play without a sensor in the service.
_REPETITIONS = frozenset({AFTER, TOGETHER})
_HOLD_S = 10
_TIMEOUT_S = 5
_RACE_TIMEOUT_S = 30
_STILL_S = 2.5
_BY_BARRIER = frozenset({Interleaving.BARRIER, Interleaving.OVERTAKE})
_BARRIER_ATTEMPTS = 3
_SLEEP_ATTEMPTS = 12
_NAME_LENGTH = 80


def write_tests(
    proofs: Sequence[Proof],
    source: Path,
    folder: Path,
    *,
    command: str | None = None,
    cwd: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[Path, ...]:
    """Write one test file per proof, and the file they share, into `folder`; returns the written files.

    `command`, `cwd` and `environment` are those of `[service]` in crashworthy.toml.
    A proof that cannot be expressed (a multipart body) is left out. CrashworthyError when it is not known how
    to start the service.
    """
    if not proofs:
        return ()
    start = start_command(source, command)
    given = tuple((environment or {}).items())
    start = replace(start, folder=cwd or start.folder, environment=(*start.environment, *given))
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, Path] = {}
    for proof in proofs:
        try:
            text = render(proof, start, os.path.relpath(source.resolve(), folder.resolve()))
        except NotWritableError:
            continue
        name = file_name(proof)
        if name in written:
            name = f"{name}_{proof.id.lower()}"
        written[name] = folder / f"test_{name}.py"
        written[name].write_text(text, encoding="utf-8")
    if written:
        _lay_package(folder, BESIDE, [])
        _lay_beside(folder, proofs)
        if any(".ahead(" in path.read_text(encoding="utf-8") for path in written.values()):
            _lay_package(folder, CLOCK, [SENSOR_CLOCK])
        return (*written.values(), folder / BESIDE.name)
    return ()


def _lay_beside(folder: Path, proofs: Sequence[Proof]) -> None:
    """What tests of injections need: the sinks, and the experiment's own view of positions."""
    if all(_TEMPLATES.get(proof.experiment) != _INJECTION for proof in proofs):
        return
    _lay_package(folder, SINKS, [Path(str(module.__file__)) for module in (lexers, positions)])


def _lay_package(folder: Path, package: Path, modules: Sequence[Path]) -> None:
    """Copy a package beside the tests, with modules of experiments that it uses."""
    shutil.copytree(package, folder / package.name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for module in modules:
        shutil.copy(module, folder / package.name)


def file_name(proof: Proof) -> str:
    """The fault in words that a file name can have."""
    plain = re.sub(r"\{[^}]*\}|'", "", proof.title.lower())
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if len(words) > _NAME_LENGTH:
        words = words[: _NAME_LENGTH + 1].rpartition("_")[0]
    return words


def render(proof: Proof, start: StartCommand, service: str) -> str:
    """The text of the test; `service` is the service's folder as seen from the test's."""
    scenario = proof.scenario
    written = statements_of(proof)
    template = _STATEMENTS if written else _TEMPLATES.get(proof.weakness) or _TEMPLATES.get(proof.experiment)
    if template is None:
        raise NotWritableError(f"a proof of {proof.weakness}")
    if AT_ONCE in scenario.settings:
        raise NotWritableError("many requests at once")
    case = scenario.settings.get("case")
    if template == "repeat.py.j2" and case not in _REPETITIONS:
        raise NotWritableError(f"a request that is sent again {case}")
    if proof.weakness == "known-to-one-process" and len(scenario.attack) > 1:
        raise NotWritableError("a limit that two processes share")
    different, contrast = _CASES.get(proof.weakness, ("", ""))
    injection = injection_of(scenario) if template == _INJECTION else None
    race = proof.experiment == "lost-update"
    compares = race or template in {"repeat.py.j2", "restart.py.j2", _READBACK, _HALF, _PAGES, _AMOUNTS}
    amounts = str(case) if template == _AMOUNTS else ""
    named = _named(scenario.attack)
    values: dict[str, Any] = {
        "title": proof.title.replace("\\", "\\\\").replace('"""', "'''"),
        "story": _story(proof),
        "mend": _mend(proof.weakness),
        "location": proof.location,
        "service": service,
        "command": repr(list(start.command)),
        "before": [list(words) for words in start.before],
        "environment": dict(start.environment),
        "folder": start.folder,
        "timeout": _HOLD_S if template == "slow.py.j2" else _RACE_TIMEOUT_S if compares else _TIMEOUT_S,
        "actors": _actors(scenario),
        "setup": _setup(written.setup if written and written.setup else scenario.setup),
        "given": written.given if written else (),
        "lines": written.lines if written else (),
        "helper": written.helper if written else "",
        "at": written.at if written else "",
        "requests": [{"name": name, "call": call(step, _client(step))} for name, step in named.items()],
        "visitor": scenario.attack[-1].actor if scenario.attack else "A",
        "attack": ", ".join(next(n for n, s in named.items() if s == step) for step in scenario.attack),
        "times": len(scenario.attack),
        "distinct": [
            {"name": path.lstrip("/"), "value": saving(Save(name="value", path=path), "answer")}
            for path in distinct_of(scenario)
        ],
        "observe": [_observed(step, scenario) for step in scenario.observe],
        "test_name": file_name(proof),
        "how": scenario.interleaving.value if scenario.interleaving in _BY_BARRIER else "sleep",
        "held": scenario.held if scenario.interleaving is Interleaving.OVERTAKE else None,
        "attempts": _BARRIER_ATTEMPTS if scenario.interleaving in _BY_BARRIER else _SLEEP_ATTEMPTS,
        "mode": scenario.faults[0].kind if scenario.faults else "hang",
        "what": _DEPENDENCY.get(scenario.faults[0].kind if scenario.faults else "hang", "is slow"),
        "injection": injection,
        "uses_pytest": not (compares or injection or written),
        "together": case == TOGETHER,
        "case": different,
        "contrast": contrast,
        "calls": pages_of(proof) if template == _PAGES else [call(step, _client(step)) for step in scenario.attack],
        "amounts": amounts,
        "broken": broken_of(proof) if template == _HALF else None,
        "settle": scenario.settings.get(SETTLE, _STILL_S if template == _READBACK else 0),
        "signal": scenario.settings.get(END, 0),
        "saved_used": bool(needs((*scenario.attack, *scenario.observe)) - {"unique"}),
        "observe_saves": any(step.saves for step in scenario.observe),
        "imports": _imports(
            {
                "contextlib": injection is not None
                or template == _HALF
                or (template == "wedge.py.j2" and len(scenario.attack) == 1),
                "re": amounts == FRACTIONS
                or any(save.pattern for step in (*scenario.setup, *scenario.observe) for save in step.saves),
                "time": template in {"restart.py.j2", _HALF} or different in {"workers", "stale"},
                "functools.partial": race or case == TOGETHER,
                **dict.fromkeys(written.imports if written else (), True),
            }
        ),
        "uses_unique": "unique" in needs((*scenario.setup, *scenario.attack, *scenario.observe)),
    }
    environment = Environment(
        loader=PackageLoader("crashworthy.lab.proof"),
        autoescape=False,  # noqa: S701 - Python, not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(values)


def _imports(needed: Mapping[str, bool]) -> list[str]:
    """Imports of the standard library, in the usual order: modules, then names out of modules."""
    names = {"os", "sys", "pathlib.Path", "types.SimpleNamespace", *(name for name, wanted in needed.items() if wanted)}
    parts: dict[str, list[str]] = {}
    for module, _, part in (name.rpartition(".") for name in sorted(names)):
        parts.setdefault(module, []).append(part)
    whole = [f"import {name}" for name in parts.pop("")]
    return [*whole, *(f"from {module} import {', '.join(listed)}" for module, listed in sorted(parts.items()))]


_DEPENDENCY = {"hang": "accepts and does not answer", "drip": "answers one byte a second"}


def _story(proof: Proof) -> str:
    text = f"Expected: {proof.expected}.\nSeen: {proof.seen}."
    return text.replace("\\", "\\\\").replace('"""', "'''")


def _mend(weakness_id: str) -> str:
    weakness = CATALOGUE.get(weakness_id)
    return weakness.mend_in_short.replace("\\", "\\\\") if weakness is not None else ""


def _named(attack: Sequence[Step]) -> dict[str, Step]:
    """Names for the different requests of the attack, after what they do."""
    named: dict[str, Step] = {}
    for step in attack:
        if step in named.values():
            continue
        parts = [part for part in re.split(r"[^a-z0-9]+", step.operation.lower()) if part]
        name = "_".join([parts[0], *[part for part in parts[1:] if f"{{{part}}}" not in step.operation.lower()][-2:]])
        number = 2
        while name in named:
            name, number = f"{name.rstrip('0123456789_')}_{number}", number + 1
        named[name] = step
    return named


def _actors(scenario: Scenario) -> list[str]:
    return list(dict.fromkeys(step.actor for step in (*scenario.setup, *scenario.attack, *scenario.observe))) or ["A"]


def _client(step: Step) -> str:
    return f"users.{step.actor}"


def _setup(steps: Sequence[Step]) -> list[str]:
    lines = []
    for step in steps:
        lines.append(f"answer = {call(step, _client(step))}")
        lines.append("assert answer.is_success, answer.text")
        lines += _saves(step)
    return lines


def _saves(step: Step) -> list[str]:
    return [f"saved.{save.name} = {saving(save, 'answer')}" for save in step.saves]


def _observed(step: Step, scenario: Scenario) -> dict[str, Any]:
    ignored = sorted(path for operation, path in masks_of(scenario) if operation == step.operation)
    return {"call": call(step, _client(step)), "ignored": tuple(ignored), "saves": _saves(step)}
