"""An old hash is worked out once for all copies of a service, for marked requests only."""

from __future__ import annotations

SERVICE = """
    import hashlib, json
    from flask import Flask, request
    calls = []
    real = hashlib.pbkdf2_hmac
    hashlib.pbkdf2_hmac = lambda *arguments: calls.append(arguments[3]) or real(*arguments)
    from crashworthy_sensor import known_hashes
    known_hashes._patch(hashlib, "pbkdf2_hmac")
    from werkzeug.security import check_password_hash, generate_password_hash

    app = Flask(__name__)
    SEEDED = generate_password_hash("seeded", method="pbkdf2:sha256:1000")
    calls.clear()

    @app.post("/check")
    def check():
        return str(check_password_hash(SEEDED, request.get_data(as_text=True)))

    def post(text, **plan):
        headers = {"X-Crashworthy": json.dumps({"id": "1", **plan})}
        return app.test_client().post("/check", data=text, headers=headers).text
"""


def test_what_was_found_before_is_read_by_marked_requests(sense) -> None:
    sensed = sense(f"""{SERVICE}
    print(*(post(text, quick_hashes=True) for text in ("seeded", "seeded", "wrong", "seeded", "wrong")), len(calls))
    print(*(post(text) for text in ("seeded", "wrong")), len(calls))
    """)
    assert sensed.output.split("\n")[:2] == ["True True False True False 2", "True False 4"]


def test_a_truth_is_kept_as_well_as_bytes(sense) -> None:
    sensed = sense(f"""{SERVICE}
    import types
    library = types.SimpleNamespace(checkpw=lambda password, hashed: calls.append(1) or password == hashed)
    known_hashes._patch(library, "checkpw", "missing")

    @app.post("/bcrypt")
    def bcrypt():
        password, hashed = request.json
        return [library.checkpw(password, hashed)]

    def ask(*body):
        headers = {{"X-Crashworthy": json.dumps({{"id": "1", "quick_hashes": True}})}}
        return app.test_client().post("/bcrypt", json=body, headers=headers).json[0]

    print(ask("a", "a"), ask("a", "a"), ask("a", "b"), ask("a", "b"), len(calls))
    """)
    assert sensed.output.split("\n")[0] == "True True False False 2"
