"""What a long measurement keeps: a run that is lost or counted twice would make its figures worthless."""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path

import pytest
from benchmarks.resumed import Runs, Said, add_options, circumstances, seed_range

GOOD = Said(("lost-update",), 3, 1.5)


def options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_options(parser, 5)
    return parser.parse_args(arguments)


def fails() -> Said:
    raise RuntimeError("no database")


def must_not_run() -> Said:
    raise AssertionError


def test_seeds_are_a_number_or_a_part() -> None:
    assert list(seed_range("3")) == [0, 1, 2]
    assert list(seed_range("3:5")) == [3, 4]
    assert list(options().seeds) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("text", ["0", "5:5", "-1:2", "two"])
def test_no_seeds_are_refused(text: str) -> None:
    with pytest.raises((argparse.ArgumentTypeError, ValueError)):
        seed_range(text)


def test_goes_on_from_what_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "runs.jsonl"
    first = Runs(options("--results", str(file)))
    first.of("a", 0, lambda: GOOD)
    first.of("a", 1, fails)
    with file.open("a") as cut:
        cut.write('{"service": "a", "se')
    again = Runs(options("--results", str(file)))
    known = again.of("a", 0, must_not_run)
    assert known is not None
    assert known.said == GOOD
    tried = again.of("a", 1, lambda: GOOD)
    assert tried is not None
    assert not tried.error


def test_what_is_kept_is_summed_up_without_measuring(tmp_path: Path) -> None:
    file = tmp_path / "runs.jsonl"
    failed = Runs(options("--results", str(file))).of("a", 0, fails)
    assert failed is not None
    assert failed.error == "RuntimeError: no database"
    runs = Runs(options("--results", str(file), "--kept"))
    assert runs.of("a", 0, must_not_run) == failed
    assert runs.of("a", 1, must_not_run) is None
    assert circumstances([failed]).startswith("1 runs, load average ")


def test_begins_nothing_after_its_minutes() -> None:
    assert Runs(options("--minutes", "0")).of("a", 0, must_not_run) is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_block_only(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    runs = Runs(options())
    with runs.until_interrupted():
        os.kill(os.getpid(), number)
        must_not_run()
    assert runs.interrupted == number.name
    assert signal.getsignal(number) == before


def test_what_fails_because_of_the_signal_is_no_result() -> None:
    runs = Runs(options())

    def taken_down() -> Said:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            raise RuntimeError("the service is gone")

    with runs.until_interrupted():
        runs.of("a", 0, taken_down)
        must_not_run()
    assert runs.interrupted == "SIGTERM"
