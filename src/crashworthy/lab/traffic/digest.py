"""Digest access authentication (RFC 7616): what a client shows in place of a password, from the server's challenge."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping

from crashworthy.core.history import Response

LOGIN = re.compile(r'Digest ([^\s"=:]+):(.+)')
"""The value of an Authorization header in a step: name and password, for which the player answers a challenge."""

_PARAMETER = re.compile(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_ALGORITHMS: dict[str, Callable[[bytes], hashlib._Hash]] = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


def challenge_in(response: Response | None) -> dict[str, str] | None:
    """The parameters of a challenge that can be answered, None where there is none."""
    if response is None or response.status != 401:
        return None
    for name, value in response.headers:
        if name.lower() == "www-authenticate" and value[:7].lower() == "digest ":
            found = {key.lower(): quoted or plain for key, quoted, plain in _PARAMETER.findall(value)}
            if _algorithm(found)[0] in _ALGORITHMS and {"realm", "nonce"} <= found.keys():
                return found
    return None


def authorization(user: str, password: str, challenge: Mapping[str, str], method: str, target: str, count: int) -> str:
    """The value of the Authorization header for a request to `target`, the `count`-th that uses the challenge's nonce.

    The protection is "auth", or that of RFC 2069 where the server knows no other; the body is never included.
    """
    algorithm, is_session = _algorithm(challenge)

    def digest(*parts: str) -> str:
        return _ALGORITHMS[algorithm](":".join(parts).encode()).hexdigest()

    nonce, realm = challenge["nonce"], challenge["realm"]
    client_nonce, number = digest(nonce, str(count))[:16], f"{count:08x}"
    secret = digest(user, realm, password)
    secret = digest(secret, nonce, client_nonce) if is_session else secret
    asked = digest(method, target)
    shown = {"username": user, "realm": realm, "nonce": nonce, "uri": target}
    plain = {key: challenge[key] for key in ("algorithm",) if key in challenge}
    if "auth" in re.split(r"[\s,]+", challenge.get("qop", "")):
        shown["response"] = digest(secret, nonce, number, client_nonce, "auth", asked)
        shown["cnonce"] = client_nonce
        plain |= {"qop": "auth", "nc": number}
    else:
        shown["response"] = digest(secret, nonce, asked)
    shown |= {key: challenge[key] for key in ("opaque",) if key in challenge}
    return "Digest " + ", ".join([*(f'{key}="{text}"' for key, text in shown.items()), *map("=".join, plain.items())])


def _algorithm(challenge: Mapping[str, str]) -> tuple[str, bool]:
    """Its name, and whether the secret is made anew for each session."""
    name = challenge.get("algorithm", "MD5").upper()
    return name.removesuffix("-SESS"), name.endswith("-SESS")
