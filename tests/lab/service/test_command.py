from __future__ import annotations

import pytest

from crashworthy.lab.service.command import read_command, read_line
from crashworthy.lab.service.plan import StartKind


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ("uvicorn main:app --reload", "program", ("uvicorn", "main:app", "--reload")),
        ("uvicorn main:app --reload   # or: python main.py", "program", ("uvicorn", "main:app", "--reload")),
        ("uv run --no-sync uvicorn app.main:app", "program", ("uvicorn", "app.main:app")),
        ("poetry run python -m app", "module", ("app",)),
        (".venv/bin/gunicorn -w 2 app:app > log.txt 2>&1 &", "program", ("gunicorn", "-w", "2", "app:app")),
        ("gunicorn -b 0.0.0.0:${PORT:-8000} app:app", "program", ("gunicorn", "-b", "0.0.0.0:{port}", "app:app")),
        ("HOST=::1 python3.12 -u server.py $PORT $HOST", "script", ("server.py", "{port}", "::1")),
        ("python ./src/main.py", "script", ("src/main.py",)),
        ("python -m uvicorn main:app", "module", ("uvicorn", "main:app")),
        ("python manage.py runserver", "script", ("manage.py", "runserver", "127.0.0.1:{port}")),
        (
            "python manage.py runserver 0.0.0.0:80 --insecure",
            "script",
            ("manage.py", "runserver", "127.0.0.1:{port}", "--insecure"),
        ),
        ("fastapi dev main.py", "program", ("fastapi", "dev", "main.py")),
    ],
)
def test_reads_commands_that_serve(line, kind, words):
    (step,) = read_line(line, "README.md:1")
    assert (step.plan.kind, step.plan.words, step.serves) == (StartKind(kind), words, True)


@pytest.mark.parametrize(
    "line",
    [
        "alembic upgrade head",
        "flask db upgrade",
        "flask --app web init-db",
        "python manage.py migrate",
        "python init_db.py",
        "python scripts/seed.py",
        "python -m app.create_tables",
    ],
)
def test_reads_commands_that_prepare(line):
    (step,) = read_line(line, "")
    assert not step.serves


@pytest.mark.parametrize(
    "line",
    [
        "pip install -r requirements.txt",
        "python -m venv .venv",
        "python -m pytest",
        "python setup.py install",
        "python manage.py createsuperuser",
        "flask routes",
        "fastapi --help",
        "docker compose up",
        "curl localhost:8000/health",
        "it isn't a command",
        "",
    ],
)
def test_leaves_other_commands_out(line):
    assert read_line(line, "") == []


def test_keeps_framework_variables_apart_from_examples():
    (step,) = read_line("FLASK_APP=web DATABASE_URL=postgresql://prod/db flask run", "")
    assert step.plan.environment == (("FLASK_APP", "web"),)
    assert step.plan.declared_environment == (("DATABASE_URL", "postgresql://prod/db"),)


def test_several_commands_of_a_line():
    steps = read_line("alembic upgrade head && uvicorn main:app", "")
    assert [step.serves for step in steps] == [False, True]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("node server.js --port {port}", ("node", "server.js", "--port", "{port}")),
        ("cd web && npm start", ("/bin/sh", "-c", "cd web && npm start")),
    ],
)
def test_a_command_in_another_language_is_run_as_it_is(command, words):
    plan = read_command(command, "crashworthy.toml")
    assert (plan.kind, plan.words) == (StartKind.COMMAND, words)


def test_a_python_command_given_by_the_user_can_be_forked():
    assert read_command("uvicorn main:app", "crashworthy.toml").kind is StartKind.PROGRAM
