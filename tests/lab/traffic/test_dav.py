"""A server of calendars that speaks WebDAV is found by what it answers, and each of its methods is used."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from crashworthy.core.scenario import Step
from crashworthy.lab.traffic.dav import dav_operations, spoken
from crashworthy.lab.traffic.discover import discover
from crashworthy.lab.traffic.encode import prepare


def test_calendars_are_found_and_used(thread_testbed, tree_of, run, assert_replays) -> None:
    spec = spec_from_file_location("calendar_shelf", Path(__file__).parent / "services" / "calendar_shelf.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    testbed = thread_testbed(module.make)
    with testbed.fresh() as instance:
        found = discover(tree_of(), instance)
    playbook = run(testbed, tree_of(), found)
    assert {way.operation for way in playbook.ways} == {
        "PROPFIND /",
        "PROPFIND /people/{user}/",
        "MKCALENDAR /people/{user}/{calendar}/",
        "PROPFIND /people/{user}/{calendar}/",
        "REPORT /people/{user}/{calendar}/",
        "GET /people/{user}/{calendar}/",
        "DELETE /people/{user}/{calendar}/",
        "PUT /people/{user}/{calendar}/{event}.ics",
        "GET /people/{user}/{calendar}/{event}.ics",
        "MOVE /people/{user}/{calendar}/{event}.ics",
        "LOCK /people/{user}/{calendar}/{event}.ics",
        "UNLOCK /people/{user}/{calendar}/{event}.ics",
        "DELETE /people/{user}/{calendar}/{event}.ics",
    }
    assert_replays(testbed, playbook)


def test_a_service_without_webdav_has_none_of_it(thread_testbed) -> None:
    def page(_environ, start_response):
        start_response("200 OK", [("Allow", "GET, MOVE")])
        return [b"hello"]

    with thread_testbed(lambda: page).fresh() as instance:
        assert dav_operations(instance.base_url) == ()


def test_a_route_for_a_method_of_webdav_gets_its_body_and_headers(plain) -> None:
    operation = spoken(plain("PROPFIND /files/{file_id}"))
    assert operation.body is not None
    assert operation.body.content_type.startswith("application/xml")
    assert "Depth" in {each.name for each in operation.parameters}
    assert spoken(plain("GET /files/{file_id}")) == plain("GET /files/{file_id}")


def test_where_a_thing_goes_is_an_absolute_address() -> None:
    step = Step(operation="MOVE /{file}", method="MOVE", path="/a", headers=(("Destination", "/b ${unique}"),))
    headers = dict(prepare(step, {"unique": "7"}, "http://localhost:1").request.headers)
    assert headers["Destination"] == "http://localhost:1/b%207"
