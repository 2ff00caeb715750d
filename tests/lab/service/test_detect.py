from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.location import Location
from crashworthy.lab.service.detect import detect
from crashworthy.lab.service.plan import StartKind
from crashworthy.source.parse import parse_folder
from crashworthy.source.tree import Application

FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"


@pytest.fixture
def found(tmp_path):
    """Detects in a folder with these files: what would be typed, where, and what runs before."""

    def detect_in(files: dict[str, str], command: str | None = None) -> list[tuple[str, str, list[str]]]:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        plans = detect(parse_folder(tmp_path), command)
        return [(plan.folder, plan.command, [step.command for step in plan.before]) for plan in plans]

    return detect_in


def test_what_is_declared_comes_before_what_is_found(found):
    plans = found(
        {
            "main.py": FASTAPI,
            "Procfile": "release: alembic upgrade head\nweb: gunicorn -k uvicorn.workers.UvicornWorker main:app\n",
            "Dockerfile": 'FROM python:3.12\nENV FLASK_DEBUG 1\nCMD ["uvicorn", "main:app", "--port", "80"]\n',
            "README.md": "# Shop\n\nRun:\n\n```bash\npip install .\nuvicorn main:app --reload\n```\n",
            "pyproject.toml": '[project]\nname = "shop"\n[project.scripts]\nserve = "main:run"\nx = "main:x"\n',
        }
    )
    assert [command for _, command, _ in plans] == [
        "gunicorn -k uvicorn.workers.UvicornWorker main:app",
        "uvicorn main:app --port 80",
        "uvicorn main:app --reload",
        "main:run()",
        "main:app (fastapi object)",
    ]


def test_a_readme_tells_the_folder_and_what_runs_before(found):
    plans = found(
        {
            "backend/main.py": FASTAPI,
            "backend/init_db.py": "",
            "README.md": """
                Start it:

                    cd backend
                    $ pip install -r requirements.txt
                    $ python init_db.py
                    $ uvicorn main:app
            """,
        }
    )
    assert plans[0] == ("backend", "uvicorn main:app", ["python init_db.py"])


def test_a_declared_command_whose_files_are_missing_is_left_out(found):
    plans = found({"main.py": FASTAPI, "README.md": "```\nuvicorn other.module:app\npython gone.py\n```\n"})
    assert [command for _, command, _ in plans] == ["main:app (fastapi object)"]


def test_a_declared_command_is_looked_for_where_the_application_is(found):
    plans = found({"src/main.py": FASTAPI, "README.md": "```\nuvicorn main:app\n```\n"})
    assert plans[0][:2] == ("src", "uvicorn main:app")


def test_a_shell_in_a_dockerfile_is_read_too(found):
    stages = (
        'FROM python AS build\nCMD ["make"]',
        'FROM python\nCMD ["sh", "-c", "alembic upgrade head && uvicorn main:app"]',
    )
    dockerfile = "\n".join(stages)
    assert found({"main.py": FASTAPI, "Dockerfile": dockerfile})[0] == (
        ".",
        "uvicorn main:app",
        ["alembic upgrade head"],
    )


def test_relative_imports_need_the_folder_above(found):
    plans = found({"src/main.py": f"from .models import M\n{FASTAPI}", "src/models.py": "M = 1\n"})
    assert plans == [(".", "src.main:app (fastapi object)", [])]


def test_migrations_run_first(found):
    plans = found({"main.py": FASTAPI, "alembic.ini": "[alembic]\n"})
    assert plans[0][2] == ["python -m alembic.config upgrade head"]


def test_django_is_migrated_also_when_only_the_server_is_declared(found):
    plans = found(
        {
            "manage.py": "import django\nfrom django.core.management import execute_from_command_line\n",
            "Procfile": "web: gunicorn site.wsgi\n",
            "site/__init__.py": "",
            "site/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
        }
    )
    assert plans[0] == (".", "gunicorn site.wsgi", ["python manage.py migrate --noinput"])
    assert plans[1][1] == "python manage.py runserver 127.0.0.1:{port}"


def test_flask_s_migrations_are_run_where_there_are_any(found):
    files = {"app.py": "from flask import Flask\napp = Flask('a')\n"}
    readme = "# A\n\n    flask --app app db upgrade\n    flask --app app run\n"
    assert found({**files, "README.md": readme})[0][2] == []
    made = "# A\n\n    flask --app app db init\n    flask --app app db upgrade\n    flask --app app run\n"
    assert len(found({**files, "README.md": made})[0][2]) == 2
    assert len(found({**files, "README.md": readme, "migrations/env.py": ""})[0][2]) == 1


def test_django_s_applications_without_migrations_get_some(found):
    files = {
        "manage.py": "import django\n",
        "shop/models.py": "from django.db import models\nclass A(models.Model): ...\n",
    }
    assert found(files)[0][2] == [
        "python manage.py makemigrations shop --noinput",
        "python manage.py migrate --noinput",
    ]
    assert found({**files, "shop/migrations/0001_initial.py": ""})[0][2] == ["python manage.py migrate --noinput"]


def test_django_gets_an_account_for_staff_where_its_own_accounts_are_used(tmp_path: Path):
    (tmp_path / "manage.py").write_text(
        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')\n"
        "from django.core.management import execute_from_command_line\nexecute_from_command_line()\n"
    )
    (tmp_path / "settings.py").write_text("INSTALLED_APPS = ['django.contrib.auth']\n")
    (plan,) = detect(parse_folder(tmp_path))
    assert [step.words[1] for step in plan.before] == ["migrate", "createsuperuser"]
    assert dict(plan.before[1].environment)["DJANGO_SUPERUSER_PASSWORD"]
    (tmp_path / "settings.py").write_text("INSTALLED_APPS = []\n")
    (plain,) = detect(parse_folder(tmp_path))
    assert [step.words[1] for step in plain.before] == ["migrate"]


@pytest.mark.parametrize(
    ("manifest", "command"),
    [
        ('{"scripts": {"start": "node src/server.js"}, "dependencies": {"express": "^4"}}', "npm start"),
        (
            '{"main": "src/server.js", "scripts": {"start": "vite"}, "dependencies": {"express": "^4"}}',
            "node src/server.js",
        ),
    ],
)
def test_node_starts_as_its_package_says_once_its_packages_are_there(found, manifest, command):
    files = {"package.json": manifest, "src/server.js": "require('express')"}
    with pytest.raises(CrashworthyError, match="not installed: express") as caught:
        found(files)
    assert "npm install" in caught.value.remedy
    assert found({**files, "node_modules/express/package.json": "{}"}) == [(".", command, [])]


def test_a_command_of_the_user_is_the_only_way(found):
    assert found({"main.py": FASTAPI}, "node server.js") == [(".", "node server.js", [])]


def test_several_services_are_named(tmp_path):
    applications = []
    for name in ("orders", "users"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "requirements.txt").write_text("fastapi")
        applications.append(
            Application("fastapi", "object", "main:app", name, Location(file=f"{name}/main.py", line=2))
        )
    tree = replace(parse_folder(tmp_path), applications=tuple(applications))
    with pytest.raises(CrashworthyError, match="2 services: orders, users") as caught:
        detect(tree)
    assert caught.value.remedy.endswith("/orders")
    assert "users: fastapi (users/main.py:2)" in caught.value.details
    assert [plan.kind for plan in detect(tree, "make serve")] == [StartKind.COMMAND]


@pytest.mark.parametrize(
    ("files", "message", "remedy"),
    [
        ({"package.json": "{}", "Dockerfile": "FROM node\nCMD node index.js\n"}, "a Node service", "node index.js"),
        ({"Dockerfile": "FROM scratch\nENTRYPOINT ./serve\n"}, "in a container only", "./serve"),
        ({"script.py": "print(1)"}, "no web application among the Python files", "[service] command"),
        ({"notes.txt": ""}, "no service in", "pass the folder"),
    ],
)
def test_says_one_next_step_where_nothing_is_found(files, message, remedy, found):
    with pytest.raises(CrashworthyError, match=message) as caught:
        found(files)
    assert remedy in caught.value.remedy


def test_origins_name_the_place(tmp_path: Path):
    (tmp_path / "main.py").write_text(FASTAPI)
    (tmp_path / "README.md").write_text("text\n\n    uvicorn main:app\n")
    assert [plan.origin for plan in detect(parse_folder(tmp_path))] == [
        "README.md:3",
        f"found at {Location(file='main.py', line=2)}",
    ]


def test_variables_of_a_readme_are_examples_only(tmp_path: Path):
    (tmp_path / "main.py").write_text(FASTAPI)
    (tmp_path / "README.md").write_text("```\nexport DATABASE_URL=postgresql://prod/db\nuvicorn main:app\n```\n")
    plan = detect(parse_folder(tmp_path))[0]
    assert plan.declared_environment == (("DATABASE_URL", "postgresql://prod/db"),)
    assert plan.environment == ()
