"""Statements of proofs that an answer holds what it should not."""

from __future__ import annotations

from collections.abc import Callable

from crashworthy.core.proof import Proof
from crashworthy.lab.experiments.crosssite.script_in_page import INPUTS, word_of
from crashworthy.lab.proof.python_source import NotWritableError, text
from crashworthy.lab.proof.statements.frame import Statements, answered, sent

HASHES = r"\$2[aby]\$|\$argon2|\$?scrypt|pbkdf2|bcrypt|sha\d+\$|[0-9a-f]{32,128}\""


def _traceback_shown(proof: Proof) -> Statements:
    pages = ("DEBUG = True</code>", "__debugger__=yes", "EVALEX")
    return Statements(
        [
            f"answer = {sent(proof.scenario.attack[0])}",
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
            *answered((*plan.attack, *plan.observe)),
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
            f"answer = {sent(proof.scenario.attack[0])}",
            r"location = answer.headers.get('Location', '').replace('\\', '/')",
            "assert not re.match(r'(https?:)?/{0,2}elsewhere\\.example', location), location",
        ],
        imports=frozenset({"re"}),
    )


def _open_to_any_origin(proof: Proof) -> Statements:
    return Statements(
        [
            f"answer = {sent(proof.scenario.attack[0])}",
            "assert answer.headers.get('Access-Control-Allow-Origin') != 'https://elsewhere.example'",
        ]
    )


def _script_in_page(proof: Proof) -> Statements:
    inputs = proof.scenario.settings.get(INPUTS)
    word = word_of(str(inputs[0])) if isinstance(inputs, list) else ""
    return Statements(
        [
            *answered((*proof.scenario.attack, *proof.scenario.observe)),
            f"found = [each for answer in answers for each in scripts(answer, {word!r})]",
            "assert not found, found",
        ],
        imports=frozenset({"html.parser.HTMLParser"}),
        helper="scripts",
    )


WRITERS: dict[str, Callable[[Proof], Statements]] = {
    "traceback-shown": _traceback_shown,
    "password-shown": _password_shown,
    "open-redirect": _open_redirect,
    "script-in-page": _script_in_page,
    "open-to-any-origin": _open_to_any_origin,
}
"""By weakness, or by experiment."""
