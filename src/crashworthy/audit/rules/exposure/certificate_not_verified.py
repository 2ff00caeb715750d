"""A client of another system is told to accept any certificate."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.exposure import UNTRUSTED_CERTIFICATE

_APP = """
import ssl
import httpx
import requests
from flask import Flask

app = Flask(__name__)
"""
_SWITCHES = frozenset({"verify", "ssl", "verify_ssl", "verify_certs"})
_CALLS = frozenset(
    {
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "head",
        "request",
        "stream",
        "send",
        "Client",
        "AsyncClient",
        "TCPConnector",
    }
)


class CertificateNotVerified(Rule):
    """`verify=False`, `ssl=False`, `CERT_NONE` or an unverified context.

    The connection is encrypted and leads to nobody in particular. Left alone: switches that a variable decides,
    authorities of one's own, and fingerprints that are compared.
    """

    id = "certificate-not-verified"
    weakness = UNTRUSTED_CERTIFICATE
    firing = (
        Sample("requests", {"app.py": _APP + """
@app.get("/rates")
def rates():
    return requests.get("https://rates.example.com", timeout=5, verify=False).json()
"""}),
        Sample("a client of the module", {"app.py": _APP + """
client = httpx.Client(verify=False, timeout=5)

@app.get("/rates")
def rates():
    return client.get("https://rates.example.com").json()
"""}),
        Sample("a context", {"app.py": _APP + """
import urllib.request

@app.get("/rates")
def rates():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return {"rates": urllib.request.urlopen("https://rates.example.com", context=context, timeout=5).read().decode()}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("an authority of one's own", {"app.py": _APP + """
@app.get("/rates")
def rates():
    return requests.get("https://rates.example.com", timeout=5, verify="/etc/ssl/ours.pem").json()
"""}),
        Sample("a server that asks no certificate of its callers", {"app.py": _APP + """
if __name__ == "__main__":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_NONE
    app.run(ssl_context=context)
"""}),
        Sample("a token that is read, not a certificate", {"app.py": _APP + """
import jwt

@app.get("/me")
def me():
    return jwt.decode("token", options={"verify_signature": False}, verify=False)
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Switches that are off, at the operations that call other systems from there."""
        calling = frozenset(
            name for call in context.tree.outbound for name in context.tree.operations_reaching(call.location)
        )
        for module in context.analysis.index.service_modules:
            text = module.file.text
            if "Fingerprint" in text or "fingerprint" in text:
                continue
            for node in ast.walk(module.file.tree):
                if _is_off(node, serves="PROTOCOL_TLS_SERVER" in text or "CLIENT_AUTH" in text):
                    yield Hit(node, module, "a client accepts any certificate", calling)


def _is_off(node: ast.AST, *, serves: bool) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="_create_unverified_context")):
            return True
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), keywords=keywords) if name in _CALLS:
            return any(each.arg in _SWITCHES and _is_false(each.value) for each in keywords)
        case ast.Assign(targets=[ast.Attribute(attr="verify")], value=value):
            return _is_false(value)
        case ast.Assign(targets=[ast.Attribute(attr="verify_mode")], value=ast.Attribute(attr="CERT_NONE")):
            return not serves
        case _:
            return False


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False
