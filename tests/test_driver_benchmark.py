"""What the driver's benchmark counts: the wrong denominator or a lenient match would make its figures worthless."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.driver.edit import edit_one_handler
from benchmarks.driver.outcome import Learned, Outcome, PeerRun
from benchmarks.driver.peer import reached
from benchmarks.driver.services import Service, read_service, read_services
from benchmarks.driver.tables import Summary


@pytest.fixture
def service(tmp_path: Path) -> Service:
    (tmp_path / "service").mkdir()
    lines = (
        "# openapi: /openapi.json",
        "GET /things/{id}",
        "GET /things/latest",
        "POST /new 302 /things/{id}",
        "GET /{code} 307",
    )
    (tmp_path / "operations.txt").write_text("\n".join(lines))
    return read_service(tmp_path)


def test_reads_operations_and_the_document(service: Service) -> None:
    assert service.document == "/openapi.json"
    assert [each.name for each in service.operations] == [
        "GET /things/{id}",
        "GET /things/latest",
        "POST /new",
        "GET /{code}",
    ]


def test_refuses_a_line_that_is_no_operation(tmp_path: Path) -> None:
    (tmp_path / "operations.txt").write_text("GET things\n")
    with pytest.raises(ValueError, match="GET things"):
        read_service(tmp_path)


@pytest.mark.parametrize(
    ("method", "url", "name"),
    [
        ("GET", "http://localhost:1/things/latest?x=1", "GET /things/latest"),
        ("GET", "http://localhost:1/things/7", "GET /things/{id}"),
        ("GET", "http://localhost:1/abc", "GET /{code}"),
        ("POST", "http://localhost:1/things/7", None),
    ],
)
def test_a_request_calls_the_most_literal_operation(service: Service, method: str, url: str, name: str | None) -> None:
    called = service.called(method, url)
    assert (called.name if called else None) == name


@pytest.mark.parametrize(
    ("operation", "status", "location", "meets"),
    [
        ("GET /things/{id}", 200, "", True),
        ("GET /things/{id}", 302, "/login", False),
        ("POST /new", 302, "/things/7", True),
        ("POST /new", 302, "/login?next=/new", False),
        ("POST /new", 200, "", False),
        ("GET /{code}", 307, "https://example.com/", True),
    ],
)
def test_only_what_the_operation_is_for_counts(
    service: Service, operation: str, status: int, location: str, meets: bool
) -> None:
    listed = next(each for each in service.operations if each.name == operation)
    assert listed.meets(status, location) is meets


def test_counts_what_the_peer_reached(service: Service) -> None:
    def entry(method: str, path: str, status: int) -> dict[str, dict[str, object]]:
        return {"request": {"method": method, "url": f"http://localhost:1{path}"}, "response": {"status": status}}

    entries = [entry("GET", "/things/1", 404), entry("GET", "/things/2", 200), entry("POST", "/new", 302)]
    assert reached(service, entries) == ("GET /things/{id}", "POST /new")


def test_what_could_not_be_measured_is_not_reached() -> None:
    learned = Learned(
        known_from="document", reached=("a", "b"), claimed=("a", "b"), unlisted=(), why={}, requests=8, seconds=2.0
    )
    good = Outcome(service="good", total=4, learned=(learned,), peer=PeerRun(reached=("a",)))
    summary = Summary.of([good, Outcome(service="bad", total=4, error="does not start")])
    assert (summary.reached, summary.total, summary.left) == (2, 8, 3)
    assert summary.beyond == pytest.approx(1 / 3)
    assert not summary.holds


def test_every_service_of_the_benchmark_has_operations_and_source() -> None:
    services = read_services()
    assert len(services) >= 15
    assert all(service.operations and service.source.is_dir() for service in services)


def test_edits_one_handler_and_nothing_else(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    text = 'import flask\napp = flask.Flask("a")\n\n\n@app.get("/one")\ndef one():\n    return "1"\n'
    (source / "app.py").write_text(text)
    assert edit_one_handler(source, tmp_path / "none", ["GET /other"]) is None
    assert edit_one_handler(source, tmp_path / "edited", ["GET /one"]) == "GET /one"
    assert (source / "app.py").read_text() == text
    added = [line for line in (tmp_path / "edited" / "app.py").read_text().splitlines() if line not in text]
    assert [line.strip() for line in added] == ["edited = True  # noqa"]
