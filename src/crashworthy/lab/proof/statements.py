"""Tests that need nothing but requests and a look at their answers, statement by statement.

Each writer gets a proof and gives what the test does after the set-up. Names at hand are `users`, `saved`, `httpx` and
`UNIQUE`. NotWritableError where the proof took more than that, such as a mail or a server in
another time zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from crashworthy.core.proof import Proof
from crashworthy.core.scenario import Save, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.access.callers import proves_identity
from crashworthy.lab.experiments.access.mass_assignment import FIELD, VALUE
from crashworthy.lab.experiments.access.openings import GUESSED, SECRETS
from crashworthy.lab.experiments.access.password_reset import DELIVERED
from crashworthy.lab.experiments.access.password_reset import GUESSED as COUNTED
from crashworthy.lab.experiments.conservation.split import AMOUNT, PARTS, shares
from crashworthy.lab.experiments.time import clock
from crashworthy.lab.experiments.time.holds import later_than
from crashworthy.lab.experiments.time.lifetimes import LIFETIME
from crashworthy.lab.proof.python_source import NotWritableError, call, saving, text

HASHES = r"\$2[aby]\$|\$argon2|\$?scrypt|pbkdf2|bcrypt|sha\d+\$|[0-9a-f]{32,128}\""


@dataclass(frozen=True)
class Statements:
    """`lines` of the test; `given` of its set-up, before the first request; `setup` where it differs from the proof's.

    `at` is the instant, in ISO 8601, at which all of it is played. `imports` are modules of the standard library, whole
    ("re") or in part ("decimal.Decimal"). `helper` is a function of the template.
    """

    lines: Sequence[str]
    given: Sequence[str] = ()
    setup: tuple[Step, ...] | None = None
    imports: frozenset[str] = frozenset()
    helper: str = ""
    at: str = ""


def statements_of(proof: Proof) -> Statements | None:
    """The statements for a proof, None for weaknesses whose tests are made in another way."""
    writer = _WRITERS.get(proof.weakness)
    return writer(proof) if writer is not None else None


def _sent(step: Step) -> str:
    return call(step, f"users.{step.actor}")


def _answered(steps: Iterable[Step], name: str = "answers") -> list[str]:
    """The answers to steps as a list, with what they save on the way."""
    lines = [f"{name} = []"]
    for step in steps:
        lines.append(f"{name}.append({_sent(step)})")
        lines += [_kept(save, f"{name}[-1]") for save in step.saves]
    return lines


def _kept(save: Save, answer: str) -> str:
    return f"saved.{save.name} = {saving(save, answer)} if {answer}.is_success else None"


def _mass_assignment(proof: Proof) -> Statements:
    name, value = proof.scenario.settings.get(FIELD), proof.scenario.settings.get(VALUE)
    attack, *_ = proof.scenario.attack
    lines = [
        f"answer = {_sent(attack)}",
        "if answer.is_success:",
        *(f"    saved.{save.name} = {saving(save, 'answer')}" for save in attack.saves),
        *(f"    {line}" for line in _answered(proof.scenario.observe)),
        "    made = {each['id'] for each in objects(answer) if 'id' in each}",
        f"    shown = [each for read in answers for each in objects(read) if {name!r} in each]",
        "    own = [each for each in shown if each.get('id') in made] or shown",
        f"    assert all(each[{name!r}] != {value!r} for each in own), own",
    ]
    return Statements(lines, helper="objects")


def _user_enumeration(proof: Proof) -> Statements:
    if "by its answer" not in proof.title:
        raise NotWritableError("a difference in time")
    known, unknown = proof.scenario.attack[:2]
    return Statements(
        [
            f"known = {_sent(known)}",
            f"unknown = {_sent(unknown)}",
            f"assert said(known, {_texts(known)}) == said(unknown, {_texts(unknown)})",
        ],
        helper="said",
    )


def _texts(step: Step) -> str:
    body = step.body if isinstance(step.body, dict) else {}
    return ", ".join(text(value) for value in body.values() if isinstance(value, str))


def _password_reset(proof: Proof) -> Statements:
    if {DELIVERED, COUNTED} & {*proof.scenario.settings}:
        raise NotWritableError("what a mail holds")
    ask, take = proof.scenario.attack
    (save,) = ask.saves
    return Statements(
        [
            f"answer = {_sent(ask)}",
            f"saved.{save.name} = 'nothing'",
            "with contextlib.suppress(LookupError, TypeError, ValueError):",
            f"    saved.{save.name} = {saving(save, 'answer')}",
            f"answer = {_sent(take)}",
            f"stranger = {_sent(proof.scenario.observe[0])}",
            'assert not stranger.is_success, f"{answer.status_code}, and then {stranger.status_code}"',
        ],
        imports=frozenset({"contextlib", *({"re"} if save.pattern else ())}),
    )


def _guessable_secret(proof: Proof) -> Statements:
    names = proof.scenario.settings.get(SECRETS)
    theirs = str(names[1]) if isinstance(names, list) else ""
    if "that is counted up" not in proof.seen:
        raise NotWritableError("a digest of a number")
    marks = [
        text(value)
        for step in proof.scenario.setup
        if step.actor == "A" and not proves_identity(step) and isinstance(step.body, dict)
        for value in step.body.values()
        if isinstance(value, str) and "${unique}" in value
    ]
    return Statements(
        [
            f"secret = str(saved.{theirs})",
            'head = secret.rstrip("0123456789")',
            "digits = secret[len(head) :]",
            "for back in (1, 2, 3):",
            '    number = f"{int(digits) - back:0{len(digits)}d}" if digits else "0"',
            f'    saved.{GUESSED} = f"{{head}}{{number}}"',
            f"    answer = {_sent(proof.scenario.attack[0])}",
            f"    found = [each for each in ({', '.join(marks)},) if each in answer.text]",
            f'    assert not found, f"{{saved.{GUESSED}}} opens it: {{answer.text[:300]}}"',
        ]
    )


def _traceback_shown(proof: Proof) -> Statements:
    pages = ("DEBUG = True</code>", "__debugger__=yes", "EVALEX")
    return Statements(
        [
            f"answer = {_sent(proof.scenario.attack[0])}",
            f"shown = [page for page in {pages!r} if page in answer.text]",
            r"shown += re.findall(r'File .{1,9}[^<>\s]*\.py.{1,9} line \d+', answer.text)",
            'assert answer.status_code < 400 or not shown, f"{answer.status_code}: {shown[:3]}"',
        ],
        imports=frozenset({"re"}),
    )


def _password_shown(proof: Proof) -> Statements:
    plan = proof.scenario
    attack = plan.attack[0].body if isinstance(plan.attack[0].body, dict) else {}
    password = next(
        (text(value) for value in attack.values() if isinstance(value, str) and value.startswith("Pw0!")), ""
    )
    if not password:
        raise NotWritableError("a password that is not in the body")
    return Statements(
        [
            *_answered((*plan.attack, *plan.observe)),
            f"password = {password}",
            "digests = [hashlib.new(name, password.encode()) for name in ('md5', 'sha1', 'sha256', 'sha512')]",
            "forms = [password, *(digest.hexdigest() for digest in digests)]",
            f'hashed = re.compile(r\'"\\w*(password|passwd|pwd|passphrase)\\w*": ?"({HASHES})\', re.IGNORECASE)',
            "for answer in answers:",
            "    assert not [form for form in forms if form in answer.text], answer.text[:300]",
            "    assert not hashed.search(answer.text), answer.text[:300]",
        ],
        imports=frozenset({"hashlib", "re"}),
    )


def _open_redirect(proof: Proof) -> Statements:
    return Statements(
        [
            f"answer = {_sent(proof.scenario.attack[0])}",
            r"location = answer.headers.get('Location', '').replace('\\', '/')",
            "assert not re.match(r'(https?:)?/{0,2}elsewhere\\.example', location), location",
        ],
        imports=frozenset({"re"}),
    )


def _open_to_any_origin(proof: Proof) -> Statements:
    return Statements(
        [
            f"answer = {_sent(proof.scenario.attack[0])}",
            "assert answer.headers.get('Access-Control-Allow-Origin') != 'https://elsewhere.example'",
        ]
    )


def _offset_ignored(proof: Proof) -> Statements:
    deadline = proof.scenario.settings.get(clock.DEADLINE)
    if not isinstance(deadline, dict):
        raise NotWritableError("a deadline that is not known")
    ahead_s, offset_h, name = (deadline.get(key) for key in ("ahead_s", "offset_h", "field"))
    early = isinstance(ahead_s, int | float) and ahead_s > 0
    setup = tuple(
        step.model_copy(update={"body": {**step.body, str(name): "${deadline}"}})
        if step.operation == deadline.get("operation") and isinstance(step.body, dict)
        else step
        for step in proof.scenario.setup
    )
    zone = f"timezone(timedelta(hours={offset_h}))"
    return Statements(
        [
            f"answer = {_sent(proof.scenario.attack[0])}",
            "assert answer.is_success, answer.text" if early else "assert 400 <= answer.status_code < 500, answer.text",
        ],
        given=[
            f"instant = datetime.now({zone}) + timedelta(seconds={ahead_s})",
            "saved.deadline = instant.isoformat()",
        ],
        setup=setup,
        imports=frozenset({"datetime.datetime", "datetime.timedelta", "datetime.timezone"}),
    )


def _later(step: Step, seconds: float, check: str) -> Statements:
    """The request with the service's clock ahead by so much."""
    return Statements([f"with service.ahead({seconds:.0f}):", f"    answer = {_sent(step)}", check])


def _expiry_not_kept(proof: Proof) -> Statements:
    settings = proof.scenario.settings
    later_s, lifetime_s = settings.get(clock.LATER), proof.settings.get(LIFETIME)
    if not isinstance(later_s, int | float) or not isinstance(lifetime_s, int | float) or clock.ZONE in settings:
        raise NotWritableError("a server in another time zone")
    refused = "assert not answer.is_success, answer.text"
    check = refused if later_s > lifetime_s else "assert answer.is_success, answer.text"
    return _later(proof.scenario.attack[0], later_s, check)


def _hold_without_end(proof: Proof) -> Statements:
    lifetime_s = proof.settings.get(LIFETIME)
    if not isinstance(lifetime_s, int | float):
        raise NotWritableError("a hold without a time")
    return _later(proof.scenario.attack[0], later_than(lifetime_s), "assert answer.is_success, answer.text")


def _token_without_end(proof: Proof) -> Statements:
    later_s = proof.scenario.settings.get(clock.LATER)
    if not isinstance(later_s, int | float):
        raise NotWritableError("a time that is not known")
    return _later(proof.scenario.attack[0], later_s, "assert not answer.is_success, answer.text")


def _calendar_crash(proof: Proof) -> Statements:
    return Statements(
        [f"answer = {_sent(proof.scenario.attack[0])}", "assert answer.status_code < 500, answer.text"],
        imports=frozenset({"datetime.UTC", "datetime.datetime"}),
        at=str(proof.scenario.settings.get(clock.AT)),
    )


def _lost_remainder(proof: Proof) -> Statements:
    amount, count = proof.scenario.settings.get(AMOUNT), proof.scenario.settings.get(PARTS)
    found = next((key for key, parts in shares(proof.trial) if key[0] == 0 and len(parts) == count), None)
    if found is None:
        raise NotWritableError("shares that another answer lists")
    places: list[Json] = [part.replace("~1", "/").replace("~0", "~") for part in found[1].split("/")[1:]]
    return Statements(
        [
            f"answer = {_sent(proof.scenario.attack[0])}",
            "if answer.is_success:",
            f"    shares = [Decimal(str(each)) for each in at(answer.json(), {places!r})]",
            f"    assert sum(shares) == Decimal({str(amount)!r}), shares",
        ],
        imports=frozenset({"decimal.Decimal"}),
        helper="at",
    )


_WRITERS: dict[str, Callable[[Proof], Statements]] = {
    "mass-assignment": _mass_assignment,
    "user-enumeration": _user_enumeration,
    "password-reset": _password_reset,
    "guessable-secret": _guessable_secret,
    "traceback-shown": _traceback_shown,
    "password-shown": _password_shown,
    "open-redirect": _open_redirect,
    "open-to-any-origin": _open_to_any_origin,
    "offset-ignored": _offset_ignored,
    "lost-remainder": _lost_remainder,
    "expiry-not-kept": _expiry_not_kept,
    "hold-without-end": _hold_without_end,
    "token-without-end": _token_without_end,
    "calendar-crash": _calendar_crash,
}
