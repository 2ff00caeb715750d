"""The prior answers with a range around both raters, or says that it has no basis."""

from __future__ import annotations

import io
import zipfile
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.roles.familiarity import bloom_filter, familiarity
from crashworthy.roles.features import weights_of
from crashworthy.roles.prior import FILE, SHARE_OF_LABEL, Prior, shipped_prior

TASK_LIKE = "Write reports on the results of customer surveys and present them to management."
WORDS = st.lists(st.sampled_from(TASK_LIKE.lower().rstrip(".").split()), max_size=12).map(" ".join)


def test_what_ships_is_small_and_holds_no_sentences() -> None:
    content = (files("crashworthy.roles") / FILE).read_bytes()
    assert len(content) <= 1_000_000
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        tables = [parts.read(name).decode() for name in parts.namelist() if name.endswith(".csv")]
    # A sentence has spaces; ids, codes and figures have none.
    assert all(" " not in table for table in tables)


def test_published_ratings_are_those_of_the_release() -> None:
    developers = [label for label in shipped_prior().labels.values() if label.occupation == "15-1252.00"]
    people = sum(SHARE_OF_LABEL[label.human] for label in developers) / len(developers)
    gpt4 = sum(SHARE_OF_LABEL[label.gpt4] for label in developers) / len(developers)
    assert (round(100 * people), round(100 * gpt4)) == (45, 87)


@pytest.mark.parametrize("text", ["", "qwerty zxcv", "Fix the flaky websocket reconnect", "set up CI/CD pipelines"])
def test_an_unfamiliar_wording_has_no_basis(text: str) -> None:
    assert shipped_prior().of_text(text) is None


def test_office_work_is_more_exposed_than_pruning() -> None:
    office = shipped_prior().of_text(TASK_LIKE)
    garden = shipped_prior().of_text("Prune trees and shrubs, using hand tools.")
    assert office is not None
    assert garden is not None
    assert office.exposed > 0.9 > 0.3 > garden.exposed
    assert office.low > garden.middle


def test_raters_who_disagree_give_a_wide_range() -> None:
    model = shipped_prior()
    labels = model.labels
    apart = tuple(task for task, label in labels.items() if (label.human, label.gpt4) == ("E0", "E1"))[:3]
    agreed = tuple(task for task, label in labels.items() if (label.human, label.gpt4) == ("E2", "E2"))[:3]
    wide, narrow = model.of_anchors(apart), model.of_anchors(agreed)
    assert wide is not None
    assert narrow is not None
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
    assert model.of_anchors((-1,)) is None


def test_more_anchors_narrow_the_range() -> None:
    agreed = tuple(task for task, label in shipped_prior().labels.items() if (label.human, label.gpt4) == ("E2", "E2"))
    one, many = shipped_prior().of_anchors(agreed[:1]), shipped_prior().of_anchors(agreed[:9])
    assert one is not None
    assert many is not None
    assert many.high - many.low < one.high - one.low


@given(WORDS | st.text(max_size=60))
def test_any_text_gets_a_range_within_zero_and_one_or_nothing(text: str) -> None:
    prior = shipped_prior().of_text(text)
    if prior is not None:
        assert isinstance(prior, Prior)
        assert 0 <= prior.low <= min(prior.human, prior.gpt4) <= max(prior.human, prior.gpt4) <= prior.high <= 1
        assert 0 <= prior.exposed <= 1


@given(st.lists(st.text(min_size=1, max_size=40), max_size=8))
def test_what_was_seen_is_always_familiar(texts: list[str]) -> None:
    bits = bloom_filter(texts)
    assert all(familiarity(text, bits) == 1 for text in texts if weights_of(text))


@given(st.text(max_size=80))
def test_features_have_length_one_unless_they_collide(text: str) -> None:
    squares = sum(value**2 for value in weights_of(text).values())
    assert squares == 0 or squares >= 1 - 1e-9
