"""Changes are classified by what they touch."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.roles.change import Touched, files_of_diff
from crashworthy.roles.classify import classify

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
    assert routes.path == "app/routes.py"
    assert routes.lines == ('@app.get("/old")', '@app.get("/new")', "# a comment")
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
        ("shop/app.py", "self.set_status(404)", "endpoint-implementation"),
        ("shop/app.py", "es.search(index=INDEX)", "database-queries"),
        ("shop/app.py", 'headers["Access-Control-Allow-Origin"] = origin', "security-implementation"),
        ("shop/billing_client.py", "return self.total", "third-party-integration"),
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


def test_tests_alone_are_testing() -> None:
    assert classify([Touched("tests/test_a.py", ("assert a",) * 15)]) == {"automated-testing": 1}


def test_two_lines_of_code_with_many_of_tests_are_about_the_code() -> None:
    code = Touched("shop/app.py", ('@app.get("/a")', '@app.get("/b")'))
    assert list(classify([code, Touched("tests/test_a.py", ("assert a",) * 30)])) == ["endpoint-implementation"]


def test_a_title_says_what_the_lines_leave_open() -> None:
    lines = [Touched("shop/app.py", ("if order.owner != user:", "    raise Missing"))]
    assert classify(lines) == {}
    assert list(classify(lines, "Fix unauthorized access to orders of others (CVE-2026-1)")) == [
        "security-implementation"
    ]


@pytest.mark.parametrize(
    "message",
    ["Tidy up\n\nSee https://github.com/x/y", "Tidy up\nwords of the body: password", "by security@example.com"],
)
def test_addresses_and_what_follows_a_title_say_nothing(message: str) -> None:
    assert classify([Touched("shop/app.py", ("x = 1",))], message) == {}


def test_what_programs_wrote_and_sentences_say_nothing() -> None:
    minified = "a=SELECT;" * 100
    sentence = "    Returns the password of the user that is logged in."
    assert classify([Touched("shop/app.py", (minified, sentence, "__version__ = '1.2'"))]) == {}


def test_a_revert_is_work_on_an_incident() -> None:
    assert "incident-response" in classify([Touched("app.py", ('@app.get("/a")',))], 'Revert "Add an endpoint"')


@pytest.mark.parametrize(
    "title",
    [
        "docs: tell of the password",
        "Bump django from 4.2 to 5.0",
        "Fix typos in the queries",
        "Add translations",
        "Fix the login on Windows",
    ],
)
def test_a_title_can_say_that_a_change_is_about_no_task(title: str) -> None:
    few = [Touched("shop/app.py", ("rows = db.execute(QUERY)", *("x = 1",) * 8))]
    assert classify(few) == {"database-queries": 1}
    assert classify(few, title) == {}


def test_an_advisory_outweighs_what_else_a_title_says() -> None:
    route = [Touched("shop/app.py", ('@app.get("/a")',))]
    message = "Check the parent in the REST endpoint\n\nResolves CVE-2026-1234."
    assert next(iter(classify(route, message))) == "security-implementation"


def test_an_advisory_outweighs_also_where_only_the_changelog_names_it() -> None:
    entry = Touched("CHANGES.txt", ("- Fixed CVE-2026-1234. Calls of nested objects are refused.",))
    route = Touched("shop/app.py", ('@app.get("/a")',) * 3)
    assert next(iter(classify([entry, route]))) == "security-implementation"


def test_an_entry_of_a_changelog_is_read_where_no_title_names_a_task() -> None:
    entry = Touched("CHANGELOG.md", ("- Fixed a race in database transactions",))
    assert classify([entry, Touched("shop/app.py", ("x = 1",))]) == {"database-queries": 1}
    assert classify([entry, Touched("shop/app.py", ("x = 1",))], "Add translations") == {}


def test_an_entry_says_that_a_small_change_is_about_no_task_and_not_that_a_large_one_is() -> None:
    entry = Touched("CHANGELOG.md", ("- Add support for Django 6",))
    query = "rows = db.execute(QUERY)"
    assert classify([entry, Touched("shop/app.py", (query,) * 9)]) == {}
    assert classify([entry, Touched("shop/app.py", (query,) * 90)]) == {"database-queries": 1}


def test_a_release_of_nothing_but_its_version_is_about_no_task() -> None:
    entry = Touched("CHANGELOG.md", ("- Fixed a leak of passwords in the library we use",))
    assert classify([entry, Touched("shop/__init__.py", ("__version__ = '1.2'", "VERSION = (1, 2)"))]) == {}


def test_pipelines_that_come_with_a_change_do_not_make_it_deployment() -> None:
    pipeline = Touched(".github/workflows/test.yml", ("run: make",) * 20)
    code = Touched("app.py", ("rows = db.execute(QUERY)",) * 4)
    assert next(iter(classify([pipeline, code]))) == "database-queries"
    assert classify([pipeline]) == {"deployment-automation": 1}


@given(st.lists(st.builds(Touched, st.text(), st.lists(st.text()).map(tuple))), st.text())
def test_weights_are_shares_of_the_largest(touched: list[Touched], message: str) -> None:
    weights = classify(touched, message)
    assert not weights or max(weights.values()) == 1
    assert all(0 < weight <= 1 for weight in weights.values())


@given(st.text())
def test_any_text_can_stand_for_a_diff(text: str) -> None:
    assert isinstance(classify(files_of_diff(text)), dict)
