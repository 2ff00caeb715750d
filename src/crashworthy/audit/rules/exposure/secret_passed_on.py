"""A card or a key goes to a chat, to analytics or to a language model."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from crashworthy.audit.goes import Goes
from crashworthy.audit.named import CARDS, KEYS, text_of
from crashworthy.audit.rule import Sample
from crashworthy.weaknesses.private_values import PRIVATE_VALUE_PASSED_ON

_HOSTS = re.compile(
    r"//([\w.-]+\.)?(slack\.com|discord(app)?\.com|telegram\.org|office\.com|sentry\.io|segment\.(io|com)|mixpanel\.com|"
    r"amplitude\.com|posthog\.com|datadoghq\.(com|eu)|openai\.com|anthropic\.com|mistral\.ai|googleapis\.com)\b"
)
_MODELS = frozenset({"messages", "prompt", "input"})
_APP = """
import requests
from flask import Flask, request
from openai import OpenAI

app = Flask(__name__)
client = OpenAI()
"""


class SecretPassedOn(Goes):
    """A call of a chat, of analytics or of a language model is given a card's number, a key, or a body that has one.

    Left alone: other hosts, such as that of a payment provider, and parts such as the last four digits.
    """

    id = "secret-passed-on"
    weakness = PRIVATE_VALUE_PASSED_ON
    wanted = CARDS | (KEYS - {"authorization"})
    firing = (
        Sample("a prompt", {"app.py": _APP + """
@app.post("/payments")
def pay():
    data = request.get_json()
    messages = [{"role": "user", "content": f"Is {data['card_number']} a stolen card?"}]
    client.chat.completions.create(model="gpt-4o-mini", messages=messages)
    return {}
"""}),
        Sample("a chat", {"app.py": _APP + """
@app.post("/payments")
def pay():
    data = request.get_json()
    requests.post("https://hooks.slack.com/services/x", json={"text": f"card {data['card_number']}"}, timeout=5)
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("the payment provider, and the last digits", {"app.py": _APP + """
@app.post("/payments")
def pay():
    data = request.get_json()
    requests.post("https://api.stripe.com/v1/charges", data={"number": data["card_number"]}, timeout=5)
    text = f"card that ends with {data['card_number'][-4:]}"
    requests.post("https://hooks.slack.com/services/x", json={"text": text}, timeout=5)
    return {}
"""}),
    )  # fmt: skip

    def given(self, call: ast.Call) -> Sequence[ast.expr]:
        """What is sent to such a host, or said to a model; not the headers, where the keys of the host itself are."""
        if not isinstance(call.func, ast.Attribute):
            return ()
        if call.func.attr in ("create", "acreate", "stream"):
            return [keyword.value for keyword in call.keywords if keyword.arg in _MODELS]
        to = text_of(call.args[0]) if call.args else ""
        if call.func.attr in ("post", "put", "request") and _HOSTS.search(to):
            return [keyword.value for keyword in call.keywords if keyword.arg in ("json", "data", "content")]
        return ()

    def message(self, name: str) -> str:
        """Names it."""
        return f"{name!r} goes to a system that has no need of it"
