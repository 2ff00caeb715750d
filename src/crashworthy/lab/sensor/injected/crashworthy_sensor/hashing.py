"""Password hashes with the fewest rounds, for requests whose plan says `{"quick_hashes": true}`.

Hashing a password is slow on purpose, and a trial that signs two users up and in spends most of its time on it. The
libraries patched here write the rounds into the hash, and read them from there when they compare: whatever a hash was
made with, quick or not, is found right by marked and unmarked requests alike. What an application computes by itself
(`hashlib.pbkdf2_hmac`) says nothing of its rounds and stays as it is.
"""

from __future__ import annotations

import functools

from crashworthy_sensor.context import Exchange, current
from crashworthy_sensor.imports import when_imported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BCRYPT_ROUNDS = 4
_ARGON2_MEMORY_KIB = 8
# With fewer than 96, werkzeug's own limit of memory is too low for scrypt.
_WERKZEUG = {"scrypt": "scrypt:128:8:1", "pbkdf2": "pbkdf2:sha256:1"}


def install() -> None:
    """Watch for the libraries."""
    when_imported("werkzeug.security", _patch_werkzeug)
    when_imported("bcrypt", _patch_bcrypt)
    when_imported("argon2._password_hasher", _patch_argon2)
    when_imported("passlib.utils.handlers", _patch_passlib)
    when_imported("django.contrib.auth.hashers", _patch_django)


def _is_quick() -> bool:
    exchange = current.get()
    return exchange is not None and exchange.quick_hashes


def _patch_werkzeug(module: Any) -> None:
    original = module.generate_password_hash

    @functools.wraps(original)
    def generate_password_hash(password: Any, method: Any = "scrypt", *args: Any, **kwargs: Any) -> Any:
        if _is_quick() and isinstance(method, str):
            method = _WERKZEUG.get(method.partition(":")[0], method)
        return original(password, method, *args, **kwargs)

    module.generate_password_hash = generate_password_hash


def _patch_bcrypt(module: Any) -> None:
    original = module.gensalt

    @functools.wraps(original)
    def gensalt(rounds: Any = 12, *args: Any, **kwargs: Any) -> Any:
        return original(_BCRYPT_ROUNDS if _is_quick() else rounds, *args, **kwargs)

    module.gensalt = gensalt


def _patch_argon2(module: Any) -> None:
    hasher = module.PasswordHasher
    original_hash, original_check = hasher.hash, hasher.check_needs_rehash

    @functools.cache
    def cheap(hash_len: int, salt_len: int, encoding: str, kind: Any) -> Any:
        return hasher(1, _ARGON2_MEMORY_KIB, 1, hash_len, salt_len, encoding, kind)

    def cheap_of(self: Any) -> Any:
        return cheap(self.hash_len, self.salt_len, self.encoding, self.type)

    @functools.wraps(original_hash)
    def hash(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: A001 - takes its place
        return original_hash(cheap_of(self) if _is_quick() else self, *args, **kwargs)

    @functools.wraps(original_check)
    def check_needs_rehash(self: Any, hash: Any) -> Any:  # noqa: A002 - as it is called
        # Otherwise each login would write, which it does not.
        return original_check(self, hash) and not (_is_quick() and not original_check(cheap_of(self), hash))

    hasher.hash, hasher.check_needs_rehash = hash, check_needs_rehash


def _patch_passlib(module: Any) -> None:
    original = module.HasRounds._generate_rounds.__func__

    def _generate_rounds(cls: Any) -> Any:
        return max(cls.min_rounds, cls.min_desired_rounds or 0) if _is_quick() else original(cls)

    module.HasRounds._generate_rounds = classmethod(_generate_rounds)


def _patch_django(module: Any) -> None:
    # Read at each use, to hash and to see whether a hash is to be made anew.
    module.PBKDF2PasswordHasher.iterations = _Rounds(module.PBKDF2PasswordHasher.iterations, 1)
    module.BCryptSHA256PasswordHasher.rounds = _Rounds(module.BCryptSHA256PasswordHasher.rounds, _BCRYPT_ROUNDS)
    module.ScryptPasswordHasher.work_factor = _Rounds(module.ScryptPasswordHasher.work_factor, 2)
    module.Argon2PasswordHasher.time_cost = _Rounds(module.Argon2PasswordHasher.time_cost, 1)
    module.Argon2PasswordHasher.memory_cost = _Rounds(module.Argon2PasswordHasher.memory_cost, 64)
    for hasher in (
        module.PBKDF2PasswordHasher,
        module.BCryptSHA256PasswordHasher,
        module.ScryptPasswordHasher,
        module.Argon2PasswordHasher,
    ):
        hasher.must_update = _must_update_from_both(hasher.must_update)


def _must_update_from_both(original: Any) -> Any:
    """Neither a usual nor a quick hash is made anew at a login: without us, no login writes."""

    @functools.wraps(original)
    def must_update(self: Any, encoded: Any) -> Any:
        if not original(self, encoded):
            return False
        exchange = current.get()
        other = Exchange("", {"quick_hashes": not _is_quick()}, anonymous=True)
        current.set(other)
        try:
            return original(self, encoded)
        finally:
            current.set(exchange)

    return must_update


class _Rounds:
    """A number of a class that is smaller for marked requests."""

    def __init__(self, usual: int, fewest: int) -> None:
        self._usual = usual
        self._fewest = fewest

    def __get__(self, instance: object, owner: type | None = None) -> int:
        return self._fewest if _is_quick() else self._usual
