"""Objects are made of what the request holds."""

from __future__ import annotations

import ast

from crashworthy.audit.reaches import Reaches, called
from crashworthy.audit.rule import Context, Sample
from crashworthy.source.flow.events import Passed
from crashworthy.source.flow.values import Value
from crashworthy.weaknesses.injection_formats import UNSAFE_DESERIALISATION

_APP = """
import base64
import json
import pickle
import yaml
from flask import Flask, abort, jsonify, request

app = Flask(__name__)
"""


class ObjectFromBytes(Reaches):
    """`pickle`, `marshal`, `shelve`, `jsonpickle`, `dill`, or PyYAML with an unsafe loader, of a part of the request.

    Left alone: JSON, `yaml.safe_load`.
    """

    id = "object-from-bytes"
    weakness = UNSAFE_DESERIALISATION
    sinks = {
        "pickle.loads": (0, "stream"),
        "pickle.load": (0, "stream"),
        "_pickle.loads": (0, "stream"),
        "cPickle.loads": (0, "stream"),
        "dill.loads": (0, "stream"),
        "cloudpickle.loads": (0, "stream"),
        "marshal.loads": (0, "stream"),
        "jsonpickle.decode": (0, "stream"),
        "joblib.load": (0, "stream"),
        "yaml.load": (0, "stream"),
        "yaml.unsafe_load": (0, "stream"),
        "yaml.full_load": (0, "stream"),
        "yaml.load_all": (0, "stream"),
    }
    firing = (
        Sample("a session", {"app.py": _APP + """
@app.post("/session")
def session():
    return {"user": pickle.loads(base64.b64decode(request.get_json()["session"]))}
"""}),
        Sample("a YAML document", {"app.py": _APP + """
@app.post("/import")
def load():
    return {"keys": len(yaml.load(request.form["text"], Loader=yaml.Loader))}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("JSON and safe YAML", {"app.py": _APP + """
@app.post("/import")
def load():
    return {"keys": len(yaml.safe_load(request.form["text"])), "more": json.loads(request.form["more"])}
"""}),
        Sample("a safe loader", {"app.py": _APP + """
@app.post("/import")
def load():
    return {"keys": len(yaml.load(request.form["text"], Loader=yaml.SafeLoader))}
"""}),
    )  # fmt: skip

    def message(self, event: Passed) -> str:
        """Names the call."""
        return f"{called(event)} makes objects of a part of the request"

    def suspects(self, event: Passed, value: Value, context: Context) -> bool:
        """Whatever holds it, unless the loader is a safe one."""
        return "SafeLoader" not in ast.unparse(event.node)
