"""Lets its users write templates, in the sandbox that Jinja has for that."""

from fastapi import Body, FastAPI, HTTPException
from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

app = FastAPI()


@app.post("/mails")
def mail(data: dict = Body()):
    try:
        return {"text": ImmutableSandboxedEnvironment(autoescape=True).from_string(data["text"]).render(name="Ada")}
    except (TemplateError, TypeError) as error:
        raise HTTPException(400, str(error)) from None
