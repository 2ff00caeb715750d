from pathlib import Path

import pytest

from crashworthy.audit.engine import audit
from crashworthy.audit.registry import all_rules
from crashworthy.audit.rule import Rule, Sample
from crashworthy.source.parse import parse_folder
from crashworthy.weaknesses.catalogue import CATALOGUE

CASES = [
    pytest.param(rule, sample, fires, id=f"{rule.id}-{'fires' if fires else 'quiet'}-{sample.title.replace(' ', '_')}")
    for rule in all_rules()
    for fires, samples in ((True, rule.firing), (False, rule.quiet))
    for sample in samples
]


@pytest.mark.parametrize(("rule", "sample", "fires"), CASES)
def test_samples(rule: Rule, sample: Sample, fires: bool, tmp_path: Path) -> None:
    for name, text in sample.files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    tree = parse_folder(tmp_path)
    assert not tree.unread
    result = audit(tree, only=frozenset({rule.id}))
    assert bool(result.suspicions) == fires, [f"{one.location} {one.message}" for one in result.suspicions]
    for suspicion in result.suspicions:
        assert suspicion.operations, "nothing reaches it"


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_rule_explains_itself(rule: Rule) -> None:
    assert rule.weakness.id in CATALOGUE
    assert type(rule).__doc__
    assert rule.firing
    assert rule.quiet


def test_there_are_enough_rules_and_their_ids_are_unique() -> None:
    ids = [rule.id for rule in all_rules()]
    assert len(ids) >= 6
    assert len(ids) == len(set(ids))
