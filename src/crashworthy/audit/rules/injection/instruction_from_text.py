"""Text of the request is put into the instructions of a language model."""

from __future__ import annotations

from crashworthy.audit.reaches import Reaches, holds_text
from crashworthy.audit.rule import Context, Sample
from crashworthy.source.flow.events import Passed
from crashworthy.source.flow.values import Known, Mapping, Several, Value
from crashworthy.weaknesses.injection_formats import PROMPT_INJECTION

_APP = """
import requests
from flask import Flask, request
from openai import OpenAI

app = Flask(__name__)
client = OpenAI()
"""
_GIVEN = ("messages", "input", "system", "instructions", "json")
_INSTRUCTS = frozenset({"system", "developer"})


class InstructionFromText(Reaches):
    """A message with the role `system` or `developer`, or a `system` argument, that holds text of the request.

    The model takes it for the service's own words. Left alone: messages of the role `user`, chosen instructions.
    """

    id = "instruction-from-text"
    weakness = PROMPT_INJECTION
    sinks = dict.fromkeys((".create", ".acreate", ".stream", ".post", "requests.post", "httpx.post"), _GIVEN)
    firing = (
        Sample("a question in the system message", {"app.py": _APP + """
@app.post("/ask")
def ask():
    messages = [{"role": "system", "content": f"Help the customer, who asks {request.get_json()['question']}"}]
    return {"answer": str(client.chat.completions.create(model="gpt-4o-mini", messages=messages))}
"""}),
        Sample("the same without a library", {"app.py": _APP + """
@app.post("/ask")
def ask():
    body = {"system": "Answer like " + request.form["style"], "messages": [{"role": "user", "content": "Hello"}]}
    return requests.post("https://api.anthropic.com/v1/messages", json=body, timeout=30).json()
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a message of the user", {"app.py": _APP + """
@app.post("/ask")
def ask():
    question = request.get_json()["question"]
    messages = [{"role": "system", "content": "Help the customer."}, {"role": "user", "content": question}]
    return {"answer": str(client.chat.completions.create(model="gpt-4o-mini", messages=messages))}
"""}),
    )  # fmt: skip

    def message(self, event: Passed) -> str:
        """Says where it goes."""
        return "text of the request becomes part of a language model's instructions"

    def suspects(self, event: Passed, value: Value, context: Context) -> bool:
        """Only what instructs."""
        if any(value is event.free.get(name) for name in ("system", "instructions")):
            return holds_text(value)
        return _instructs(value)


def _instructs(value: Value) -> bool:
    match value:
        case Several(elements=elements):
            return any(_instructs(element) for element in elements)
        case Mapping(entries=entries):
            role = entries.get("role")
            if isinstance(role, Known) and role.value in _INSTRUCTS:
                return "content" in entries and holds_text(entries["content"])
            named = any(name in entries and holds_text(entries[name]) for name in ("system", "instructions"))
            return named or any(name in entries and _instructs(entries[name]) for name in ("messages", "input"))
        case _:
            return False
