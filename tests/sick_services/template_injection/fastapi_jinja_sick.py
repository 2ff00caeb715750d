"""Renders a mail's text that its sender wrote, in an environment that is no sandbox."""

from fastapi import Body, FastAPI, HTTPException
from jinja2 import Environment, TemplateError

app = FastAPI()


@app.post("/mails")
def mail(data: dict = Body()):
    try:
        return {"text": Environment(autoescape=True).from_string(data["text"]).render(name="Ada")}
    except TemplateError as error:
        raise HTTPException(400, str(error)) from None
