"""The trials of one variant: serial ones that tell what is possible, concurrent ones, and controls afterwards."""

from __future__ import annotations

from crashworthy.core.history import Trial
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.serializability import LATE, VARIANT, Outcome, Variant, attacks
from crashworthy.lab.experiments.concurrency.server_errors import is_controlled, left_behind, overlap_crashes
from crashworthy.lab.experiments.observed import Mask, differing, state
from crashworthy.lab.experiments.trial import Recorder

_MORE_CONTROLS = 5
_LATE: dict[str, Json] = {"settle_s": 1.1, "pause_s": 0.15}


def crashed(scenario: Scenario, recorder: Recorder) -> bool:
    """Whether the last trial that was concurrent met a server error that no serial play met."""
    variant = variant_of(scenario, recorder)
    return bool(overlap_crashes(variant, variant.concurrent[-1]))


def control_the_crash(scenario: Scenario, recorder: Recorder) -> None:
    """Play serially until chance is excluded, and at another pace where more than the answer is wrong."""
    while overlap_crashes(variant := variant_of(scenario, recorder), variant.concurrent[-1]):
        if not is_controlled(variant):
            recorder.play(scenario, "control")
        elif not variant.settled and left_behind(variant, variant.concurrent[-1]):
            recorder.play(with_settings(scenario, _LATE), LATE)
        else:
            break


def stands(scenario: Scenario, recorder: Recorder) -> bool:
    """Play serially at another pace, so that clocks and background work show, and look again."""
    if not variant_of(scenario, recorder).settled:
        # What is random among few values can agree twice by luck, but hardly this often.
        for _ in range(_MORE_CONTROLS):
            recorder.play(scenario, "control")
        recorder.play(with_settings(scenario, _LATE), LATE)
    variant = variant_of(scenario, recorder)
    return any(variant.assess(trial).guilty for trial in variant.concurrent)


def serial_plays(scenario: Scenario, recorder: Recorder, *, baseline: bool = True) -> Trial:
    """Two equal plays, none of the requests, and all other orders; returns the first play."""
    control = recorder.play(scenario, "control")
    if not _again_from_kept(scenario, control, recorder):
        recorder.play(scenario, "control")
    if baseline:
        recorder.play(scenario, "baseline", order=())
    _missing_orders(scenario, control, recorder)
    return control


def _again_from_kept(scenario: Scenario, control: Trial, recorder: Recorder) -> bool:
    """Play the control again from the state that was kept in it, where that does; whether it was played again.

    What the attack makes at random differs in any case: then two plays from the kept state tell what to overlook.
    """
    kept = recorder.kept.untried(scenario.setup) if recorder.kept else None
    if recorder.kept is None or kept is None:
        return False
    again = [recorder.play(scenario, "control", start=kept)]
    is_whole = _alike(control, again[0], frozenset())
    if not is_whole and _statuses(control) == _statuses(again[0]):
        again.append(recorder.play(scenario, "control", start=kept))
        is_whole = _alike(control, again[0], differing(again))
    recorder.kept.trust(kept, is_whole=is_whole)
    if not is_whole:
        recorder.drop(*again)
    return is_whole


def _alike(one: Trial, other: Trial, masks: frozenset[Mask]) -> bool:
    return _statuses(one) == _statuses(other) and state(one, masks) == state(other, masks)


def together(scenario: Scenario, serial: Scenario, recorder: Recorder) -> Outcome:
    """One concurrent trial, and the serial orders needed to judge it."""
    trial = recorder.play(scenario, "concurrent")
    _missing_orders(serial, trial, recorder)
    return variant_of(scenario, recorder).assess(trial)


def _missing_orders(scenario: Scenario, trial: Trial, recorder: Recorder) -> None:
    for order in variant_of(scenario, recorder).missing(trial):
        recorder.play(scenario, "serial", order=order)


def variant_of(scenario: Scenario, recorder: Recorder) -> Variant:
    """The variant of that scenario, by the trials so far."""
    name = scenario.settings.get(VARIANT)
    return Variant(str(name), tuple(t for t in recorder.trials if t.scenario.settings.get(VARIANT) == name))


def with_settings(scenario: Scenario, settings: dict[str, Json]) -> Scenario:
    """The scenario with these settings in addition."""
    return scenario.model_copy(update={"settings": {**scenario.settings, **settings}})


def _statuses(trial: Trial) -> list[int | None]:
    return [exchange.response.status if exchange.response else None for _, exchange in attacks(trial)]
