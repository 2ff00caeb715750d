"""What a written test plays of a proof beyond its requests: a payload, pages of a list, where a request breaks off."""

from __future__ import annotations

from typing import Any

from crashworthy.core.proof import Proof
from crashworthy.core.scenario import Scenario
from crashworthy.lab.experiments.episode import FAULT
from crashworthy.lab.experiments.partial.points import steps
from crashworthy.lab.experiments.readback.pages import Walk
from crashworthy.lab.experiments.readback.paging import PAGING, PER_PAGE
from crashworthy.lab.experiments.time.clock import LATER
from crashworthy.lab.proof.python_source import NotWritableError, call, needs

# What a test's own stand-in and sinks cannot see: redirects, what a model was told, what a parser in C opened.
_UNPLAYED = frozenset({"prompt", "archive", "entity", "model", "formula"})
_BREAKABLE = frozenset({"sqlite3", "psycopg", "psycopg2"})


def injection_of(scenario: Scenario) -> dict[str, Any]:
    """The attack and its settings; NotWritableError for what a test cannot play."""
    settings = {name: value for name, value in scenario.settings.items() if name not in {"outside", "input"}}
    attack = settings.pop("attack")
    settings.pop("stored", None)
    too_early = "outside" in needs(scenario.setup) or any("${outside}" in step.path for step in scenario.attack)
    if attack in _UNPLAYED or too_early or "redirects" in str(settings.get("form")):
        raise NotWritableError(f"a payload of {attack}")
    return {"attack": attack, "settings": repr(settings)}


def pages_of(proof: Proof) -> list[str]:
    """The calls for each page, from the first to the last; NotWritableError where one names the next."""
    given = proof.scenario.settings.get(PAGING)
    if not isinstance(given, dict) or given.get("by") == "cursor" or given.get("write_after") is not None:
        raise NotWritableError("pages that only the answers name")
    index, size = str(given["index"]), str(given["size"])
    read = proof.scenario.observe[0]
    kept = tuple((name, value) for name, value in read.query if name not in {index, size})
    queries = [((index, number),) if number is not None else () for number, _ in Walk(proof.trial).walked]
    steps = [read.model_copy(update={"query": (*kept, (size, str(PER_PAGE)), *query)}) for query in queries]
    return [call(step, f"users.{step.actor}") for step in steps]


def broken_of(proof: Proof) -> dict[str, Any]:
    """At which write the first request breaks off and how, and what is looked at; NotWritableError for a commit."""
    settings = proof.scenario.settings
    found: dict[str, Any] = {
        "called": proof.weakness == "unrecorded-call",
        "again": settings.get(LATER),
        "repeatable": proof.weakness == "left-locked",
        "write": 0,
        "how": "",
    }
    fault = next((event for event in proof.trial.events if event.kind == FAULT), None)
    if fault is None:
        return found
    done = [step for step in steps(proof.trial) if step.number is not None and step.at <= fault.at]
    writes = [step for step in done if step.kind in {"write", "file"}]
    drivers = {step.driver for step in writes if step.kind == "write"}
    if fault.data.get("kind") == "commit" or fault.data.get("how") == "tear" or not drivers <= _BREAKABLE:
        raise NotWritableError("a step that breaks off elsewhere than at a write")
    # The step that breaks off is told before it is made, or not told at all.
    told = any(step.number == fault.data.get("step") for step in writes)
    return {**found, "write": len(writes) + (0 if told else 1), "how": fault.data.get("how")}
