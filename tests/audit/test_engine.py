from pathlib import Path

from crashworthy.audit.engine import AuditResult, audit
from crashworthy.source.parse import parse_folder
from crashworthy.source.tree import SourceTree

APP = """
from flask import Flask, request

app = Flask(__name__)


@app.get("/items")
def items():
    page = int(request.args.get("page", 1))
    size = int(request.args.get("size", 1))
    return {"page": page, "size": size}
"""


def run(folder: Path, text: str) -> AuditResult:
    (folder / "app.py").write_text(text)
    return audit(parse_folder(folder))


def test_a_suspicion_says_where_and_from_which_operation(tmp_path: Path) -> None:
    first, second = run(tmp_path, APP).suspicions
    assert (first.rule, first.weakness) == ("unchecked-conversion", "crash-on-input")
    assert (first.location.file, first.location.line, first.location.symbol) == ("app.py", 9, "items")
    assert second.location.line == 10
    assert first.operations == ("GET /items",)


def test_fingerprints_survive_moved_lines_and_layout(tmp_path: Path) -> None:
    before = {one.fingerprint for one in run(tmp_path, APP).suspicions}
    moved = APP.replace("@app.get", "# a comment\n\n\n@app.get").replace("int(request.args", "int(  request.args")
    assert {one.fingerprint for one in run(tmp_path, moved).suspicions} == before
    assert len(before) == 2


def test_equal_statements_have_fingerprints_of_their_own(tmp_path: Path) -> None:
    result = run(tmp_path, APP.replace('"size", 1', '"page", 1'))
    assert len({one.fingerprint for one in result.suspicions}) == 2


def test_a_comment_with_a_reason_silences(tmp_path: Path) -> None:
    text = APP.replace('"page", 1))', '"page", 1))  # crashworthy: ignore[unchecked-conversion] proxy checks it')
    result = run(tmp_path, text)
    assert [one.location.line for one in result.suspicions] == [10]
    assert [one.reason for one in result.suppressed] == ["proxy checks it"]


def test_a_comment_on_the_line_above_silences(tmp_path: Path) -> None:
    text = APP.replace("    page =", "    # crashworthy: ignore[crash-on-input] proxy checks it\n    page =")
    assert len(run(tmp_path, text).suspicions) == 1


def test_a_comment_without_a_reason_silences_nothing(tmp_path: Path) -> None:
    text = APP.replace('"page", 1))', '"page", 1))  # crashworthy: ignore[unchecked-conversion]')
    assert len(run(tmp_path, text).suspicions) == 2


def test_only_and_skip_take_rules_and_weaknesses(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    tree = parse_folder(tmp_path)
    assert audit(tree, only=frozenset({"lost-update"})).suspicions == ()
    assert audit(tree, skip=frozenset({"unchecked-conversion"})).suspicions == ()
    assert len(audit(tree, only=frozenset({"crash-on-input"})).suspicions) == 2
    assert "unchecked-conversion" not in audit(tree, skip=frozenset({"crash-on-input"})).rules


def test_what_was_not_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def (")
    result = run(tmp_path, APP)
    assert [path for path, _ in result.unread] == ["broken.py"]


def test_a_tree_put_together_by_hand_is_not_clean() -> None:
    tree = SourceTree(Path(), (), (), (), (), (), (), frozenset())
    result = audit(tree)
    assert result.unread
    assert not result.rules
