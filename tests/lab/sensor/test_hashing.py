"""Marked requests hash passwords with the fewest rounds, and every hash is found right by everybody."""

from __future__ import annotations

import pytest

SERVICE = """
    import json
    from flask import Flask, request
    {imports}

    app = Flask(__name__)

    @app.post("/hash")
    def hash_():
        made = {hash}
        return made if isinstance(made, str) else made.decode()

    @app.post("/verify")
    def verify():
        made, password = request.json
        return [bool({verify})]

    @app.post("/stale")
    def stale():
        made = request.json
        return [bool({stale})]

    def call(path, body=None, **plan):
        header = {{"X-Crashworthy": json.dumps({{"id": "1", **plan}})}}
        return app.test_client().post(path, headers=header, json=body)

    usual, quick = (call("/hash", **plan).text for plan in ({{}}, {{"quick_hashes": True}}))
    right = [
        call("/verify", [made, password], **plan).json[0]
        for made in (usual, quick)
        for password in ("secret", "Secret")
        for plan in ({{}}, {{"quick_hashes": True}})
    ]
    kept = [
        call("/stale", made, **plan).json[0]
        for made, plan in ((usual, {{}}), (usual, {{"quick_hashes": True}}), (quick, {{"quick_hashes": True}}))
    ]
    print(usual[:20], quick[:20], right == [True, True, False, False] * 2, any(kept), sep="|")
"""

WERKZEUG = "from werkzeug.security import check_password_hash, generate_password_hash"
DJANGO = """import django
    from django.conf import settings
    settings.configure(PASSWORD_HASHERS=["django.contrib.auth.hashers.{}"])
    django.setup()
    from django.contrib.auth.hashers import check_password, identify_hasher, make_password"""
DJANGO_STALE = "identify_hasher(made).must_update(made)"

LIBRARIES = {
    "werkzeug scrypt": (
        WERKZEUG,
        "generate_password_hash('secret')",
        "check_password_hash(made, password)",
        "False",
        "scrypt:32768:8:1$",
        "scrypt:128:8:1$",
    ),
    "werkzeug pbkdf2": (
        WERKZEUG,
        "generate_password_hash('secret', method='pbkdf2:sha256:100000')",
        "check_password_hash(made, password)",
        "False",
        "pbkdf2:sha256:100000",
        "pbkdf2:sha256:1$",
    ),
    "bcrypt": (
        "import bcrypt",
        "bcrypt.hashpw(b'secret', bcrypt.gensalt())",
        "bcrypt.checkpw(password.encode(), made.encode())",
        "False",
        "$2b$12$",
        "$2b$04$",
    ),
    "argon2": (
        "import argon2; hasher = argon2.PasswordHasher()",
        "hasher.hash('secret')",
        "password == 'secret' and hasher.verify(made, password)",
        "hasher.check_needs_rehash(made)",
        "$argon2id$v=19$m=655",
        "$argon2id$v=19$m=8,t",
    ),
    "passlib bcrypt": (
        "from passlib.context import CryptContext; context = CryptContext(schemes=['bcrypt'], deprecated='auto')",
        "context.hash('secret')",
        "context.verify(password, made)",
        "context.needs_update(made)",
        "$2b$12$",
        "$2b$04$",
    ),
    "passlib pbkdf2": (
        "from passlib.hash import pbkdf2_sha256",
        "pbkdf2_sha256.hash('secret')",
        "pbkdf2_sha256.verify(password, made)",
        "pbkdf2_sha256.needs_update(made)",
        "$pbkdf2-sha256$",
        "$pbkdf2-sha256$1$",
    ),
    "django pbkdf2": (
        DJANGO.format("PBKDF2PasswordHasher"),
        "make_password('secret')",
        "check_password(password, made)",
        DJANGO_STALE,
        "pbkdf2_sha256$",
        "pbkdf2_sha256$1$",
    ),
    "django scrypt": (
        DJANGO.format("ScryptPasswordHasher"),
        "make_password('secret')",
        "check_password(password, made)",
        DJANGO_STALE,
        "scrypt$16384$",
        "scrypt$2$",
    ),
    "django argon2": (
        DJANGO.format("Argon2PasswordHasher"),
        "make_password('secret')",
        "check_password(password, made)",
        DJANGO_STALE,
        "argon2$argon2id$v=19",
        "argon2$argon2id$v=19",
    ),
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_hash_of_few_rounds_is_as_good_as_any(sense, library: str) -> None:
    imports, hash_, verify, stale, usual, quick = LIBRARIES[library]
    sensed = sense(SERVICE.format(imports=imports, hash=hash_, verify=verify, stale=stale))
    made, quickly_made, right, renewed = sensed.output.split("\n")[0].split("|")
    assert made.startswith(usual)
    assert quickly_made.startswith(quick)
    assert (right, renewed) == ("True", "False")
