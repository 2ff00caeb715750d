"""Changes are classified by what they touch."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.roles.classify import Touched, classify, files_of_diff

DIFF = """diff --git a/app/routes.py b/app/routes.py
index 1..2 100644
--- a/app/routes.py
+++ b/app/routes.py
@@ -1,2 +1,3 @@
 unchanged
-@app.get("/old")
+@app.get("/new")
+# a comment
diff --git a/README.md b/README.md
--- a/README.md
+++ b/README.md
+words
"""


def test_a_diff_is_read_by_file() -> None:
    routes, readme = files_of_diff(DIFF)
    assert routes == Touched("app/routes.py", ('@app.get("/old")', '@app.get("/new")', "# a comment"))
    assert readme.path == "README.md"


@pytest.mark.parametrize(
    ("path", "line", "task"),
    [
        ("shop/app.py", '@app.post("/orders")', "endpoint-implementation"),
        ("shop/urls.py", 'path("orders/", orders)', "endpoint-implementation"),
        ("shop/app.py", 'rows = db.execute("SELECT * FROM orders")', "database-queries"),
        ("shop/app.py", "order = Order.objects.select_related('user')", "database-queries"),
        ("shop/migrations/0002_x.py", "dependencies = []", "schema-design"),
        ("shop/app.py", "name = Column(String)", "schema-design"),
        ("shop/pay.py", "answer = requests.post(URL)", "third-party-integration"),
        ("shop/app.py", "token = jwt.encode(claims, KEY)", "security-implementation"),
        ("shop/help.py", "answer = openai.chat.completions.create()", "ai-model-integration"),
        ("shop/app.py", "@lru_cache", "performance-optimisation"),
        ("tests/test_app.py", "assert client.get('/x').status_code == 200", "automated-testing"),
    ],
)
def test_one_line_speaks_for_its_task(path: str, line: str, task: str) -> None:
    assert max(classify([Touched(path, (line,))]).items(), key=lambda item: item[1])[0] == task


def test_documents_and_comments_speak_for_none() -> None:
    assert classify([Touched("docs/api.md", ("SELECT",)), Touched("app.py", ("# SELECT",))]) == {}


def test_a_few_lines_among_many_are_left_out() -> None:
    routes = Touched("routes.py", ('@app.get("/a")',) * 40)
    query = Touched("app.py", ("rows = db.execute(QUERY)",) * 2)
    assert list(classify([routes, query])) == ["endpoint-implementation"]


def test_tests_that_come_with_a_change_do_not_make_it_testing() -> None:
    weights = classify([Touched("app.py", ('@app.get("/a")',) * 5), Touched("tests/test_a.py", ("assert a",) * 15)])
    assert next(iter(weights)) == "endpoint-implementation"


def test_a_revert_is_work_on_an_incident() -> None:
    assert "incident-response" in classify([Touched("app.py", ('@app.get("/a")',))], 'Revert "Add an endpoint"')


@given(st.lists(st.builds(Touched, st.text(), st.lists(st.text()).map(tuple))), st.text())
def test_weights_are_shares_of_the_largest(touched: list[Touched], message: str) -> None:
    weights = classify(touched, message)
    assert not weights or max(weights.values()) == 1
    assert all(0 < weight <= 1 for weight in weights.values())


@given(st.text())
def test_any_text_can_stand_for_a_diff(text: str) -> None:
    assert isinstance(classify(files_of_diff(text)), dict)
