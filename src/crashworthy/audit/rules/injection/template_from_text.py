"""A template's source is put together with text of the request."""

from __future__ import annotations

from crashworthy.audit.reaches import Reaches, called, is_text
from crashworthy.audit.rule import Context, Sample
from crashworthy.source.flow.events import Passed
from crashworthy.source.flow.values import Value
from crashworthy.weaknesses.injection import TEMPLATE_INJECTION

_APP = """
from flask import Flask, render_template, render_template_string, request
from jinja2 import Environment, Template

app = Flask(__name__)
"""


class TemplateFromText(Reaches):
    """A template that is made of text of the request, rather than given it as a value.

    Left alone: values that a template is given, and Jinja's sandbox.
    """

    id = "template-from-text"
    weakness = TEMPLATE_INJECTION
    sinks = {
        "flask.render_template_string": (0, "source"),
        "jinja2.Template": (0, "source"),
        ".from_string": (0, "source"),
        "django.template.Template": (0, "template_string"),
    }
    firing = (
        Sample("a greeting", {"app.py": _APP + """
@app.get("/hello")
def hello():
    return render_template_string("<h1>Hello " + request.args.get("name", "") + "</h1>")
"""}),
        Sample("a mail's text", {"app.py": _APP + """
@app.post("/mails")
def mail():
    return {"text": Template(request.get_json()["text"]).render(name="Ada")}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a value", {"app.py": _APP + """
@app.get("/hello")
def hello():
    return render_template_string("<h1>Hello {{ name }}</h1>", name=request.args.get("name", ""))
"""}),
        Sample("the sandbox", {"app.py": _APP + """
@app.post("/mails")
def mail():
    from jinja2.sandbox import SandboxedEnvironment

    return {"text": SandboxedEnvironment().from_string(request.get_json()["text"]).render(name="Ada")}
"""}),
    )  # fmt: skip

    def message(self, event: Passed) -> str:
        """Names the call."""
        return f"text of the request becomes part of the template that {called(event)} is given"

    def suspects(self, event: Passed, value: Value, context: Context) -> bool:
        """Only text, and not in a module that uses the sandbox."""
        return is_text(value) and "SandboxedEnvironment" not in event.scope.file.text
