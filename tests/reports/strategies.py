"""Reports whose every text a hostile service may have written."""

from __future__ import annotations

from hypothesis import strategies as st

from crashworthy.core.finding import Finding, Status
from crashworthy.core.history import Exchange, Request, Response, SensorEvent, Trial
from crashworthy.core.location import Location
from crashworthy.core.proof import Proof
from crashworthy.core.report import ExperimentReport, NotTried, OperationReport, RunReport, ServiceReport
from crashworthy.core.scenario import DependencyFault, Scenario
from crashworthy.core.verdict import Outcome, Verdict
from crashworthy.core.weakness import Severity
from crashworthy.weaknesses.catalogue import CATALOGUE

NASTY = (
    "",
    "\x1b[2J\x1b]0;owned\x07\x1b[31m",
    "\x9b31m\x00\x08\x7f\r",
    "\r\nSet-Cookie: a=b\r\n",
    "\ud800 \udfff lone",
    "\ufffe\uffff\U0010ffff",
    "\u202eevil\u2066 \u200b\ufeff",
    "\u2028\u2029",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]></failure><evil/>&amp;&bogus;",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }} {% raw %}",
    "[bold red]markup[/] [link=file:///etc]x[/link]",
    "```\n# heading\n| a | b |\n@everyone #1 https://evil.example www.evil.example",
    "`code` **bold** [x](http://evil.example) ![i](http://evil.example/i.png)",
    '{"password": "hunter2", "token": "0123456789abcdef0123456789abcdef01"}',
    "[" * 2_000,
    "9" * 6_000,
    "x" * 9_000,
    "漢字🧨é\t\n mixed",
)

texts = st.sampled_from(NASTY) | st.text(st.characters(), max_size=30)
names = st.sampled_from(["POST /a", "GET /b/{id}", *NASTY[:12]]) | texts
times = st.floats(0, 20, allow_nan=False)
counts = st.integers(0, 10**9)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
headers = st.lists(st.tuples(texts, texts), max_size=3).map(tuple)
locations = st.builds(Location, file=texts, line=st.integers(1, 10**9), symbol=st.none() | texts)


def listed(strategy: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:
    return st.lists(strategy, max_size=most).map(tuple)


requests = st.builds(Request, method=names, url=texts, headers=headers, body=st.none() | texts, binary=st.booleans())
responses = st.builds(
    Response, status=st.sampled_from([200, 201, 404, 500]), headers=headers, body=texts, truncated=st.booleans()
)
exchanges = st.builds(
    Exchange,
    id=st.sampled_from(["1", "2", "3"]) | texts,
    part=st.sampled_from(["setup", "attack", "observe", "probe"]) | texts,
    actor=texts,
    operation=names,
    request=requests,
    response=st.none() | responses,
    error=st.none() | texts,
    started=times,
    ended=times,
)
KINDS = ["sql", "commit", "rollback", "outbound", "barrier", "exception", "file-write", "lines", "hello"]
DATA_KEYS = [
    "statement",
    "write",
    "host",
    "port",
    "timeout",
    "released",
    "type",
    "message",
    "frames",
    "path",
    "handled",
]
events = st.builds(
    SensorEvent,
    at=times,
    kind=st.sampled_from(KINDS) | texts,
    exchange=st.sampled_from(["1", "2", "3", None]),
    thread=texts,
    location=st.none() | locations,
    data=st.dictionaries(st.sampled_from(DATA_KEYS) | texts, json_values, max_size=4),
)
scenarios = st.builds(
    Scenario,
    faults=listed(st.builds(DependencyFault, host=texts, kind=texts, status=st.none() | st.integers(100, 599)), 2),
)
trials = st.builds(
    Trial,
    id=texts,
    purpose=texts,
    scenario=scenarios,
    exchanges=listed(exchanges, 5),
    events=listed(events, 8),
    crashed=st.booleans(),
    output=texts,
)
weaknesses = st.sampled_from(sorted(CATALOGUE)) | texts
proofs = st.builds(
    Proof,
    id=st.sampled_from(["P1", "P2"]) | texts,
    experiment=texts,
    weakness=weaknesses,
    title=texts,
    severity=st.sampled_from(Severity),
    operations=listed(names),
    expected=texts,
    seen=texts,
    scenario=scenarios,
    trial=trials,
    replayed=counts,
    replays=counts,
    location=st.none() | locations,
    history=texts,
)
findings = st.builds(
    Finding,
    id=st.sampled_from(["P1", "P2"]) | texts,
    weakness=weaknesses,
    cwe=st.none() | st.integers(1, 2000),
    status=st.sampled_from(Status),
    severity=st.sampled_from(Severity),
    title=texts,
    operation=st.none() | names,
    operations=listed(names),
    location=st.none() | locations,
    expected=texts,
    seen=texts,
    why=texts,
    trials=counts,
    history=st.none() | texts,
    proof=st.none() | st.sampled_from(["P1", "P2"]) | texts,
    fingerprint=texts,
    accepted=st.none() | texts,
)
services = st.builds(
    ServiceReport,
    path=texts,
    name=texts,
    framework=st.none() | texts,
    command=st.none() | texts,
    python=st.none() | texts,
    start_s=st.none() | times,
    notes=listed(texts),
)
operations = st.builds(
    OperationReport,
    operation=names,
    reached=st.booleans(),
    actors=listed(texts),
    requests=counts,
    why=st.none() | texts,
    handler=st.none() | locations,
)
experiments = st.builds(
    ExperimentReport,
    experiment=texts,
    weakness=weaknesses,
    operations=listed(names),
    status=texts,
    trials=counts,
    seconds=times,
    history=st.none() | texts,
)
verdicts = st.builds(
    Verdict,
    outcome=st.sampled_from(Outcome),
    reasons=listed(texts),
    missing=listed(texts),
    exit_code=st.sampled_from([0, 1, 3]),
)


def _reports(proofs_of: st.SearchStrategy) -> st.SearchStrategy:
    return st.builds(
        RunReport,
        run=texts,
        verdict=st.sampled_from(Outcome),
        judgement=verdicts,
        seed=counts,
        budget_s=times,
        duration_s=times,
        started_at=texts | st.datetimes().map(lambda moment: moment.isoformat()),
        interrupted=st.booleans(),
        service=services,
        operations=listed(operations, 4),
        findings=listed(findings, 5),
        proofs=proofs_of,
        experiments=listed(experiments),
        not_tried=listed(st.builds(NotTried, what=texts, why=texts)),
        notes=listed(texts),
    )


reports = _reports(listed(proofs, 2))
with_proofs = _reports(st.lists(proofs, min_size=1, max_size=2).map(tuple))
