"""A report with one of everything, made like those of real runs. Times, lines and answers are from such runs."""

from __future__ import annotations

import json

from crashworthy.core.finding import Finding, Status
from crashworthy.core.history import Exchange, Request, Response, SensorEvent, Trial
from crashworthy.core.location import Location
from crashworthy.core.proof import Proof
from crashworthy.core.report import ExperimentReport, NotTried, OperationReport, RunReport, ServiceReport
from crashworthy.core.scenario import DependencyFault, Interleaving, Save, Scenario, Step
from crashworthy.core.suspicion import Suspicion
from crashworthy.core.value import Json
from crashworthy.core.verdict import Outcome, Verdict
from crashworthy.core.weakness import Severity

RESERVE = "POST /items/{item_id}/reserve"
ORDER = "POST /orders"
_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.q3Zc0xk8Jt1m5d0E5rX1Tt2yq9cVb7n4"


def exchange(
    id_: str,
    part: str,
    operation: str,
    path: str,
    times: tuple[float, float],
    *,
    body: Json = None,
    status: int | None = 200,
    answer: str = "",
    error: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
    actor: str = "A",
) -> Exchange:
    method = operation.split(" ")[0]
    sent = json.dumps(body) if body is not None else None
    kind = (("Content-Type", "application/json"),) if sent else ()
    usual = (("Host", "127.0.0.1:57879"), ("User-Agent", "crashworthy"), ("Connection", "close"))
    response = None
    if status is not None:
        response = Response(
            status=status, headers=(("server", "uvicorn"), ("content-type", "application/json")), body=answer
        )
    return Exchange(
        id=id_,
        part=part,
        actor=actor,
        operation=operation,
        request=Request(method=method, url=f"http://127.0.0.1:57879{path}", headers=usual + kind + headers, body=sent),
        response=response,
        error=error,
        started=times[0],
        ended=times[1],
    )


def event(
    at: float, kind: str, exchange_id: str, line: int | None = None, symbol: str = "", **data: Json
) -> SensorEvent:
    location = Location(file="app.py", line=line, symbol=symbol or None) if line else None
    return SensorEvent(at=at, kind=kind, exchange=exchange_id, thread="worker", location=location, data=data)


def sql(at: float, exchange_id: str, line: int, symbol: str, statement: str) -> SensorEvent:
    write = not statement.startswith("SELECT")
    return event(at, "sql", exchange_id, line, symbol, driver="sqlite3", statement=statement, write=write)


def step(operation: str, path: str, body: Json = None, saves: tuple[Save, ...] = ()) -> Step:
    return Step(operation=operation, method=operation.split(" ")[0], path=path, body=body, saves=saves)


_ITEM = "SELECT items.id, items.name, items.stock \nFROM items \nWHERE items.id = ?"
_SET = "UPDATE items SET stock=? WHERE items.id = ?"


def lost_update() -> Proof:
    login = (("Authorization", f"Bearer {_TOKEN}"),)
    make = step("POST /items", "/items", {"name": "lamp", "stock": 10}, (Save(name="item_id", path="/id"),))
    reserve = step(RESERVE, "/items/${item_id}/reserve", {"quantity": 1})
    scenario = Scenario(
        setup=(make,),
        attack=(reserve, reserve),
        observe=(step("GET /items", "/items"),),
        interleaving=Interleaving.BARRIER,
        seed=342360,
    )
    trial = Trial(
        id="concurrent-4",
        purpose="concurrent",
        scenario=scenario,
        order=(0, 1),
        exchanges=(
            exchange(
                "1",
                "setup",
                "POST /login",
                "/login",
                (0.0001, 0.0113),
                body={"name": "ada", "password": "correct horse"},
                answer=json.dumps({"access_token": _TOKEN}),
            ),
            exchange(
                "2",
                "setup",
                "POST /items",
                "/items",
                (0.0114, 0.0265),
                body={"name": "lamp", "stock": 10},
                status=201,
                answer='{"id":1}',
                headers=login,
            ),
            exchange(
                "3",
                "attack",
                RESERVE,
                "/items/1/reserve",
                (0.027043, 0.0337),
                body={"quantity": 1},
                answer='{"left":9}',
                headers=login,
            ),
            exchange(
                "4",
                "attack",
                RESERVE,
                "/items/1/reserve",
                (0.027053, 0.035779),
                body={"quantity": 1},
                answer='{"left":9}',
                headers=login,
            ),
            exchange(
                "5",
                "observe",
                "GET /items",
                "/items",
                (0.035976, 0.038564),
                answer='[{"id":1,"name":"lamp","stock":9}]',
                headers=login,
            ),
        ),
        events=(
            event(0.0016, "request-start", "1", method="POST", path="/login"),
            sql(0.0213, "2", 49, "create", "INSERT INTO items (name, stock) VALUES (?, ?)"),
            event(0.0219, "commit", "2", 49, "create", driver="sqlite3"),
            sql(0.0296, "4", 60, "reserve", _ITEM),
            sql(0.03023, "4", 66, "reserve", _SET),
            sql(0.03064, "3", 60, "reserve", _ITEM),
            sql(0.03092, "3", 66, "reserve", _SET),
            event(0.03095, "barrier", "3", 66, "reserve", name="b342360", arrived=2, released="full"),
            event(0.03117, "commit", "3", 66, "reserve", driver="sqlite3"),
            event(0.03125, "barrier", "4", 66, "reserve", name="b342360", arrived=2, released="full"),
            sql(0.03292, "3", 67, "reserve", _ITEM),
            event(0.03493, "commit", "4", 66, "reserve", driver="sqlite3"),
            sql(0.03512, "4", 67, "reserve", _ITEM),
            sql(0.03801, "5", 55, "all_items", "SELECT items.id AS items_id, items.name AS n \nFROM items"),
        ),
        duration_s=0.0386,
    )
    return Proof(
        id="P1",
        experiment="lost-update",
        weakness="lost-update",
        title=f"Concurrent {RESERVE} requests overwrite each other's changes",
        severity=Severity.BLOCKER,
        operations=(RESERVE,),
        expected="GET /items [].stock is 8 in any serial order",
        seen="GET /items [].stock is 9",
        scenario=scenario,
        trial=trial,
        replayed=2,
        replays=2,
        location=Location(file="app.py", line=66, symbol="reserve"),
        history="lost-update-post-items-item-id-reserve-63ce19",
    )


def slow_dependency() -> Proof:
    scenario = Scenario(
        attack=(step(ORDER, "/orders", {"amount": 5}),),
        interleaving=Interleaving.PLAIN,
        faults=(DependencyFault(kind="hang"),),
    )
    trial = Trial(
        id="held-2",
        purpose="held",
        scenario=scenario,
        exchanges=(
            exchange(
                "1",
                "attack",
                ORDER,
                "/orders",
                (0.0008, 10.311),
                body={"amount": 5},
                status=None,
                error="timed out after 10.3 s",
            ),
            exchange(
                "round0-1",
                "probe",
                "GET /health",
                "/health",
                (0.7042, 1.7061),
                status=None,
                error="timed out after 1 s",
                actor="nobody",
            ),
        ),
        events=(
            event(
                0.0297,
                "outbound",
                "1",
                15,
                "charge",
                host="payments.example.com",
                port=443,
                timeout=None,
                blocking=True,
            ),
            # The stand-in lets go when the trial ends; this is no fault of the service.
            event(
                10.3121,
                "exception",
                "1",
                15,
                "charge",
                type="ReadError",
                message="[Errno 104] Connection reset by peer",
                frames=[["app.py", 20, "order"], ["app.py", 15, "charge"]],
            ),
        ),
        duration_s=10.33,
    )
    return Proof(
        id="P2",
        experiment="slow-dependency",
        weakness="held-by-slow-dependency",
        title="POST /orders waits for a slow dependency for 10 s or more",
        severity=Severity.BLOCKER,
        operations=(ORDER,),
        expected="an answer, or an error, within 10 s (normally it takes 56 ms)",
        seen="no answer for 10 s while payments.example.com accepts and does not answer; with 1 such request pending, "
        "1 of 1 unrelated operations got no answer either: GET /health",
        scenario=scenario,
        trial=trial,
        replayed=2,
        replays=2,
        location=Location(file="payments.py", line=15, symbol="charge"),
        history="slow-dependency-post-orders-0be271",
    )


def crash_on_input() -> Proof:
    scenario = Scenario(attack=(step(ORDER, "/orders", {}),), settings={"input": "body.quantity", "what": "missing"})
    trial = Trial(
        id="attack-9",
        purpose="attack",
        scenario=scenario,
        exchanges=(
            exchange(
                "1",
                "attack",
                ORDER,
                "/orders",
                (0.0002, 0.0081),
                body={},
                status=500,
                answer="<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n",
            ),
        ),
        events=(
            event(
                0.0053,
                "exception",
                "1",
                31,
                "total",
                type="KeyError",
                message="'quantity'",
                frames=[["app.py", 24, "order"], ["pricing/rules.py", 31, "total"]],
                handled=False,
            ),
        ),
        duration_s=0.0091,
    )
    return Proof(
        id="P3",
        experiment="crash-on-input",
        weakness="crash-on-input",
        title="POST /orders fails with a server error when body.quantity is missing",
        severity=Severity.MINOR,
        operations=(ORDER,),
        expected="a 4xx that says what is wrong with the request",
        seen="status 500: KeyError: 'quantity' at pricing/rules.py:31",
        scenario=scenario,
        trial=trial,
        replayed=2,
        replays=3,
        location=Location(file="pricing/rules.py", line=31, symbol="total"),
        history="crash-on-input-post-orders-5ba1c2",
    )


_CWE = {"lost-update": 362, "held-by-slow-dependency": 1088, "crash-on-input": 248, "wedged-by-one-request": 404}


def finding_of(proof: Proof, fingerprint: str, **more: object) -> Finding:
    fields: dict[str, object] = {
        "id": proof.id,
        "weakness": proof.weakness,
        "cwe": _CWE[proof.weakness],
        "status": Status.PROVEN,
        "severity": proof.severity,
        "title": proof.title,
        "operation": proof.operations[0],
        "operations": proof.operations,
        "location": proof.location,
        "expected": proof.expected,
        "seen": proof.seen,
        "trials": 7,
        "history": proof.history,
        "proof": proof.id,
        "fingerprint": fingerprint,
    }
    return Finding.model_validate({**fields, **more})


def other(id_: str, weakness: str, status: Status, title: str, operation: str, **more: object) -> Finding:
    fields: dict[str, object] = {
        "id": id_,
        "weakness": weakness,
        "cwe": _CWE[weakness],
        "status": status,
        "severity": Severity.MAJOR,
        "title": title,
        "operation": operation,
        "operations": (operation,),
    }
    return Finding.model_validate({**fields, **more})


def sample() -> RunReport:
    """A run that found much."""
    proofs = (lost_update(), slow_dependency(), crash_on_input())
    accepted = crash_on_input().model_copy(update={"id": "P4", "history": "crash-on-input-get-search-77aa01"})
    findings = (
        finding_of(proofs[0], "5d1f0c2a9b3e4f60"),
        finding_of(proofs[1], "8a44b01c7de29f13"),
        finding_of(proofs[2], "c0ffee1234567890", operations=(ORDER, "PUT /orders/{order_id}")),
        other(
            "H1",
            "lost-update",
            Status.HELD,
            "Concurrent requests overwrite each other's changes",
            "POST /items",
            trials=9,
            why="9 concurrent trials ended as some serial order would",
            history="lost-update-post-items-11c0de",
        ),
        other(
            "H2",
            "wedged-by-one-request",
            Status.HELD,
            "After one request, valid requests that worked before fail",
            ORDER,
            trials=64,
            why="valid requests still worked after 64 changed ones",
            severity=Severity.BLOCKER,
        ),
        other(
            "U1",
            "lost-update",
            Status.UNKNOWN,
            "Concurrent requests overwrite each other's changes",
            "POST /carts/{cart_id}/checkout",
            trials=4,
            why="two equal serial plays do not agree",
            severity=Severity.BLOCKER,
        ),
        other(
            "S1",
            "held-by-slow-dependency",
            Status.SUSPECTED,
            "requests.post without timeout",
            "POST /refunds",
            location=Location(file="payments.py", line=41, symbol="refund"),
            why="seen in the source only",
            rule="outbound-call-without-time-limit",
            fingerprint="aa11bb22cc33dd44",
        ),
        other(
            "R1",
            "lost-update",
            Status.UNREACHED,
            "reads a row, changes it and writes it back without a lock",
            "POST /admin/stock",
            location=Location(file="admin.py", line=12, symbol="restock"),
            why="no operation that leads here was reached",
            rule="read-modify-write",
            fingerprint="ee55ff6677889900",
        ),
        finding_of(
            accepted,
            "0123456789abcdef",
            operation="GET /search",
            operations=("GET /search",),
            title="GET /search fails with a server error when query.page is 9223372036854775808",
            location=Location(file="search.py", line=8, symbol="search"),
            accepted="only staff use it (until 2027-01-31)",
        ),
    )
    return RunReport(
        run="20261120-0534-3f9c2a",
        verdict=Outcome.BREAKS,
        judgement=Verdict(
            outcome=Outcome.BREAKS,
            reasons=(f"P1 {proofs[0].title} (blocker)", f"P2 {proofs[1].title} (blocker)"),
            exit_code=1,
        ),
        seed=7,
        budget_s=120,
        duration_s=96.4,
        started_at="2026-11-20T05:34:02+00:00",
        service=ServiceReport(
            path="/home/ada/shop",
            name="shop",
            framework="fastapi",
            command="uvicorn app:app --port 57879",
            python="/home/ada/shop/.venv/bin/python",
            start_s=0.84,
            forked=True,
            contained=True,
            notes=(
                "DATABASE_URL replaced: a fresh SQLite file for each trial",
                "SECRET_KEY generated",
                "--reload and --workers 4 left out for the experiments with interleavings",
            ),
        ),
        operations=(
            OperationReport(
                operation=RESERVE,
                reached=True,
                actors=("A", "B"),
                requests=61,
                handler=Location(file="app.py", line=58, symbol="reserve"),
            ),
            OperationReport(
                operation=ORDER,
                reached=True,
                actors=("A",),
                requests=143,
                handler=Location(file="app.py", line=18, symbol="order"),
            ),
            OperationReport(operation="GET /items", reached=True, actors=("A", "B"), requests=80),
            OperationReport(operation="GET /search", reached=True, actors=("nobody",), requests=22),
            OperationReport(operation="GET /health", reached=True, actors=("nobody",), requests=9),
            OperationReport(operation="POST /admin/stock", reached=False, requests=6, why="needs a credential: 403"),
        ),
        findings=findings,
        proofs=(*proofs, accepted),
        suspicions=(
            Suspicion(
                weakness="held-by-slow-dependency",
                rule="outbound-call-without-time-limit",
                location=Location(file="payments.py", line=41, symbol="refund"),
                message="requests.post without timeout",
                operations=("POST /refunds",),
                fingerprint="aa11bb22cc33dd44",
            ),
        ),
        experiments=(
            ExperimentReport(
                experiment="lost-update",
                weakness="lost-update",
                operations=(RESERVE,),
                status="proven",
                trials=7,
                seconds=3.42,
                history=proofs[0].history,
            ),
            ExperimentReport(
                experiment="slow-dependency",
                weakness="held-by-slow-dependency",
                operations=(ORDER,),
                status="proven",
                trials=2,
                seconds=21.7,
                history=proofs[1].history,
            ),
        ),
        not_tried=(NotTried(what="slow-dependency on POST /refunds", why="the budget of 120 s was used up"),),
        notes=("the service printed 12,040 lines; the last 200 were kept",),
    )


def clean() -> RunReport:
    """A run in which everything held."""
    whole = sample()
    held = tuple(finding for finding in whole.findings if finding.status is Status.HELD)
    return whole.model_copy(
        update={
            "verdict": Outcome.HOLDS,
            "judgement": Verdict(outcome=Outcome.HOLDS, reasons=("5 of 5 operations reached, 73 trials",), exit_code=0),
            "findings": held,
            "proofs": (),
            "suspicions": (),
            "operations": tuple(each for each in whole.operations if each.reached),
            "not_tried": (),
        }
    )


def undecided() -> RunReport:
    """A run that could not tell."""
    whole = sample()
    unknown = tuple(finding for finding in whole.findings if finding.status is Status.UNKNOWN)
    missing = (f"{unknown[0].title}: {unknown[0].why}", "5 of 6 operations were reached; a verdict needs 90% of them")
    return whole.model_copy(
        update={
            "verdict": Outcome.UNKNOWN,
            "judgement": Verdict(outcome=Outcome.UNKNOWN, missing=missing, exit_code=3),
            "findings": unknown,
            "proofs": (),
            "interrupted": True,
        }
    )


def crowded(times: int = 20) -> RunReport:
    """A run with sixty proofs and as many of everything else."""
    whole = sample()
    proofs, findings = [], []
    for number in range(times):
        for proof in whole.proofs[:3]:
            copy = proof.model_copy(update={"id": f"P{len(proofs) + 1}"})
            proofs.append(copy)
            findings.append(finding_of(copy, f"{len(proofs):016x}"))
        others = (each.model_copy(update={"id": f"{each.id[0]}{number + 1}"}) for each in whole.findings[3:8])
        findings.extend(others)
    return whole.model_copy(
        update={
            "findings": tuple(findings),
            "proofs": tuple(proofs),
            "not_tried": whole.not_tried * times,
            "operations": whole.operations * times,
        }
    )
