"""A service that does not start: its own last words, and what is missing by name."""

from __future__ import annotations

import pytest

from crashworthy.lab.service.failure import StartError, start_error
from crashworthy.lab.service.plan import StartKind, StartPlan

SCRIPT = StartPlan(StartKind.SCRIPT, ("app.py",), origin="README.md:3")
SETTINGS = """
    from pydantic import BaseModel
    class Settings(BaseModel):
        database_url: str
        api_key: str
    Settings()
"""


@pytest.mark.parametrize(
    ("source", "message", "remedy"),
    [
        ("import not_there", "the package not_there is missing", "add not_there to"),
        ("import yaml_absent.deep", "the package yaml_absent is missing", "--python"),
        ("import os; os.environ['SECRET_KEY']", "the environment variable SECRET_KEY is not set", "--env SECRET_KEY="),
        (SETTINGS, "the environment variables DATABASE_URL, API_KEY are not set", "--env DATABASE_URL=VALUE --env API"),
        ("raise ValueError('bad configuration')", "ValueError: bad configuration", "traceback"),
        ("def broken(:", "SyntaxError", "traceback"),
        ("pass", "ended with status 0", "by hand"),
        ("import sys; sys.exit('config.yml not found')", "ended with status 1", "by hand"),
    ],
)
def test_names_the_reason(source, message, remedy, write_service, open_service):
    with pytest.raises(StartError) as caught, open_service(write_service({"app.py": source}), SCRIPT):
        pass
    assert caught.value.message.startswith(
        "the service does not start: `python app.py` (README.md:3) ended with status"
    )
    assert message in caught.value.message
    assert remedy in caught.value.remedy


def test_shows_the_end_of_its_own_traceback_only(write_service, open_service):
    with pytest.raises(StartError) as caught, open_service(write_service({"app.py": "1 / 0"}), SCRIPT):
        pass
    first, place, *_, last = caught.value.details.splitlines()
    assert first == "Traceback (most recent call last):"
    assert place.endswith('app.py", line 1, in <module>')
    assert last == "ZeroDivisionError: division by zero"


def test_a_supervisor_that_waits_after_an_error_is_not_waited_for(write_service, open_service):
    start = StartPlan(StartKind.PROGRAM, ("uvicorn", "main:app", "--reload"))
    files = {"main.py": "import not_there\n"}
    message = "waits after an error: the package not_there is missing"
    with pytest.raises(StartError, match=message), open_service(write_service(files), start):
        pass


def test_a_program_that_does_not_exist(write_service, open_service):
    start = StartPlan(StartKind.COMMAND, ("no-such-program",))
    with pytest.raises(StartError, match="No such file") as caught, open_service(write_service({"x": ""}), start):
        pass
    assert "install" in caught.value.remedy


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ('RuntimeError: Form data requires "python-multipart" to be installed.', "python-multipart is missing"),
        ("ModuleNotFoundError: No module named 'jwt'", "the package pyjwt is missing (the service imports jwt)"),
        ("decouple.UndefinedValueError: API_KEY not found. Declare it as envvar", "variable API_KEY is not set"),
        ('environs.EnvError: Environment variable "TOKEN" not set', "variable TOKEN is not set"),
        ('ERROR: Error loading ASGI app. Attribute "app" not found in module "main".', 'Attribute "app" not found'),
        ("django.core.exceptions.ImproperlyConfigured: no settings", "ImproperlyConfigured: no settings"),
    ],
)
def test_reads_what_frameworks_say(output, message):
    assert message in start_error(SCRIPT, output, "ended with status 1").message
