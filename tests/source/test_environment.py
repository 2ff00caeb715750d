from collections.abc import Callable

import pytest

from crashworthy.source.tree import SourceTree

Parse = Callable[..., SourceTree]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('import os\nx = os.environ["A"]', ("A", None, True)),
        ('import os\nx = os.environ.get("A")', ("A", None, False)),
        ('import os\nx = os.environ.get("A", "b")', ("A", "b", False)),
        ('import os\nx = os.getenv("A", default=5)', ("A", "5", False)),
        ('from os import environ\nx = environ["A"]', ("A", None, True)),
        ('from os import getenv as env\nx = env("A", "b")', ("A", "b", False)),
        ('import os\nenv = os.environ\nx = env.get("A", "b")', ("A", "b", False)),
        ('import os\nNAME = "A"\nHOST = "h"\nx = os.getenv(NAME, f"http://{HOST}/")', ("A", "http://h/", False)),
        ('from decouple import config\nx = config("A", default="b")', ("A", "b", False)),
        ('from decouple import config\nx = config("A")', ("A", None, True)),
        ('import environ\nenv = environ.Env()\nx = env.int("A", default=3)', ("A", "3", False)),
        ('from environs import Env\nenv = Env()\nx = env.str("A")', ("A", None, True)),
        (
            "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    model_config = {}\n    a: str",
            ("A", None, True),
        ),
        (
            "from pydantic_settings import BaseSettings, SettingsConfigDict\nclass S(BaseSettings):\n"
            '    model_config = SettingsConfigDict(env_prefix="APP_")\n    a: str = "b"',
            ("APP_A", "b", False),
        ),
    ],
)
def test_reads(parse: Parse, text: str, expected: tuple[str, str | None, bool]) -> None:
    (read,) = parse(app=text).environment
    assert (read.name, read.default, read.required) == expected


def test_what_the_source_sets_itself_is_not_required(parse: Parse) -> None:
    (read,) = parse(app='import os\nos.environ["A"] = "1"\nx = os.environ["A"]').environment
    assert not read.required


def test_scripts_beside_the_service_do_not_count(parse: Parse) -> None:
    tree = parse(
        app='from flask import Flask\nimport settings\napp = Flask("x")',
        settings='import os\nx = os.environ["A"]',
        benchmark='import os\nx = os.environ["B"]',
    )
    assert [read.name for read in tree.environment] == ["A"]


def test_requirements_are_lines_as_written(parse: Parse) -> None:
    tree = parse(
        {
            "requirements.txt": "-r other.txt\nflask>=3  # the web\n# nothing\n"
            "httpx[http2]==0.28 ; python_version > '3'\n",
            "pyproject.toml": '[project]\ndependencies = ["pydantic>=2"]\n'
            '[tool.poetry.dependencies]\npython = "^3.11"\nredis = "^5.0"\n',
        }
    )
    assert tree.requirements == (
        "flask>=3",
        "httpx[http2]==0.28 ; python_version > '3'",
        "pydantic>=2",
        "redis>=5.0",
    )


def test_a_broken_pyproject_is_said(parse: Parse) -> None:
    assert parse({"pyproject.toml": "[project\n"}).unread[0][0] == "pyproject.toml"


def test_imports_are_those_of_others(parse: Parse) -> None:
    tree = parse(
        {
            "app.py": "import flask.views\nfrom shop.db import x\nfrom . import y\n",
            "shop/db.py": "import sqlite3\n",
        }
    )
    assert tree.imports == {"flask", "sqlite3"}
