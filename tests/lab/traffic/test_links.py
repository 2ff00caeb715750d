"""A service of which nothing is known but what it answers: pages with links and forms, and JSON with addresses."""

from __future__ import annotations

from crashworthy.core.operation import ParameterIn
from crashworthy.lab.traffic.discover import discover
from crashworthy.lab.traffic.links import crawl

PAGES = {
    "/": '<a href="/shelf">Shelf</a><a href="https://elsewhere.example/x">x</a><a href="/logout">Leave</a>'
    '<link rel="stylesheet" href="/style.css"><a href="/gone">gone</a>',
    "/shelf": '<a href="/shelf/1">1</a><a href="/shelf/2">2</a><a href="/api">API</a>'
    '<form method="post" action="/shelf"><input name="title" required maxlength="20"><input type="email" name="by">'
    '<select name="kind"><option value="book">Book</option><option value="map">Map</option></select>'
    '<input type="hidden" name="csrf" value="t"><input type="submit" name="go"></form>'
    '<form action="/search"><input name="q" required></form>',
    "/shelf/1": "one",
    "/shelf/2": "two",
    "/search": "found",
    "/api": '{"self": "/api", "next": "/api/parts", "docs": "see /x"}',
    "/api/parts": '[{"href": "/api/parts/7f9c2ba4e88f827d616045507605853e"}]',
    "/api/parts/7f9c2ba4e88f827d616045507605853e": "{}",
}


def application(environ, start_response):
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    assert method == "GET"
    assert path not in {"/logout", "/style.css"}
    body = PAGES.get(path)
    kind = "application/json" if path.startswith("/api") else "text/html"
    start_response("200 OK" if body is not None else "404 Not Found", [("Content-Type", kind)])
    return [(body or "").encode()]


def test_links_and_forms_become_operations(thread_testbed) -> None:
    with thread_testbed(lambda: application).fresh() as instance:
        found = {each.name: each for each in crawl(instance.base_url)}
    assert set(found) == {
        "GET /", "GET /shelf", "POST /shelf", "GET /search", "GET /shelf/{shelf_id}", "GET /api", "GET /api/parts",
        "GET /api/parts/{part_id}",
    }  # fmt: skip
    body = found["POST /shelf"].body
    assert body is not None
    assert body.content_type == "application/x-www-form-urlencoded"
    assert body.data_schema == {
        "type": "object",
        "properties": {
            "title": {"type": "string", "maxLength": 20},
            "by": {"type": "string", "format": "email"},
            "kind": {"type": "string", "enum": ["book", "map"]},
            "csrf": {"type": "string", "default": "t"},
        },
        "required": ["title"],
    }
    asked = found["GET /search"].parameters
    assert [(each.name, each.where, each.required) for each in asked] == [("q", ParameterIn.QUERY, True)]
    assert found["GET /shelf/{shelf_id}"].parameters[0].data_schema["examples"] == [1]


def test_links_count_only_where_nothing_else_is_known(thread_testbed, tree_of) -> None:
    with thread_testbed(lambda: application).fresh() as instance:
        found = discover(tree_of(), instance)
    assert "POST /shelf" in {each.name for each in found.operations}
    assert any("from links, forms" in note for note in found.notes)


def test_a_service_that_answers_nothing_useful_has_none(thread_testbed) -> None:
    def teapot(_environ, start_response):
        start_response("404 Not Found", [])
        return []

    with thread_testbed(lambda: teapot).fresh() as instance:
        assert crawl(instance.base_url) == ()
