from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.databases.needs import Address, PostgresAccess
from crashworthy.lab.environment.decision import names_beside
from crashworthy.lab.environment.examples import is_placeholder, replace_real_files
from crashworthy.lab.environment.filled import ServiceVariables, fill
from crashworthy.lab.environment.variables import plan_variables
from crashworthy.source.tree import SourceTree

MakeTree = Callable[[dict[str, str]], SourceTree]
PG = Address("127.0.0.1", 6001)
REDIS = Address("127.0.0.1", 6002)


class FakeStandIn:
    """Gives out what it was asked for, readably."""

    def url_for(self, url: str | None, variable: str, *, sensed: bool) -> str:
        return f"stand-in:{url or variable}"

    def host_for(self, host: str | None, port: int, variable: str, *, sensed: bool) -> tuple[str, int]:
        return f"stand-in-{host or variable}", port


@pytest.fixture
def variables(make_tree: MakeTree, tmp_path: Path) -> Callable[..., ServiceVariables]:
    def filled(files: dict[str, str], **given: str) -> ServiceVariables:
        plan = plan_variables(make_tree(files), given=given, seed=1)
        return fill(
            plan,
            stand_in=FakeStandIn(),
            data_folder=tmp_path / "data",
            postgresql=PG if plan.needs.postgresql else None,
            redis=REDIS if plan.needs.redis else None,
        )

    return filled


Filled = Callable[..., ServiceVariables]


def test_harmless_defaults_are_left_to_the_source(variables: Filled) -> None:
    found = variables(
        {"app.py": "import os\nA = os.getenv('MAX_LOANS', '5')\nB = os.getenv('DB_URL', 'sqlite:///./shop.db')\n"}
    )
    assert found.values == {}
    assert len(found.lines) == 2


def test_defaults_that_lead_out_are_replaced(variables: Filled) -> None:
    source = """
        import os, asyncpg, requests
        A = os.getenv('DATABASE_URL', 'postgresql+asyncpg://me:hunter2@db.internal:5433/orders?sslmode=require&a=b')
        B = os.getenv('PAYMENTS_URL', 'https://api.payments.example.com/v1')
    """
    found = variables({"app.py": source})
    assert found.values["DATABASE_URL"] == "postgresql+asyncpg://me:crashworthy@127.0.0.1:6001/orders?a=b"
    assert found.values["PAYMENTS_URL"] == "stand-in:https://api.payments.example.com/v1"
    assert found.values["PGHOST"] == "127.0.0.1"
    assert not any("hunter2" in text for text in (*found.values.values(), *found.lines))


def test_what_is_given_is_used_unless_it_leads_out(variables: Filled) -> None:
    source = "import os, redis\nA = os.environ['ADMIN_NAME']\nB = os.environ['REDIS_URL']\n"
    found = variables(
        {"app.py": source}, ADMIN_NAME="root", REDIS_URL="rediss://:pw@prod.example.com:6380/3", EXTRA="1"
    )
    assert found.values == {"ADMIN_NAME": "root", "REDIS_URL": "redis://127.0.0.1:6002/3", "EXTRA": "1"}


def test_missing_values_are_made_by_use_and_name(variables: Filled) -> None:
    source = """
        import os
        A = int(os.environ['SESSION_LENGTH_OF_TIME'])
        B = os.environ['JWT_SECRET']
        C = os.environ['LOG_LEVEL']
        D = float(os.environ['SOME_TIMEOUT'])
        E = os.environ['ALLOWED'].lower() == 'true'
        F = os.getenv('OPTIONAL_THING')
        G = os.environ['FERNET_KEY']
    """
    values = variables({"app.py": source}).values
    int(values["SESSION_LENGTH_OF_TIME"])
    assert len(values["JWT_SECRET"]) == 32
    assert values["LOG_LEVEL"] == "INFO"
    assert float(values["SOME_TIMEOUT"]) == 5
    assert "OPTIONAL_THING" not in values
    assert len(values["FERNET_KEY"]) == 44
    assert variables({"app.py": source}).values == values


def test_parts_of_a_database_are_named_together(make_tree: MakeTree, tmp_path: Path) -> None:
    source = """
        import os, psycopg2
        psycopg2.connect(host=os.environ['DB_HOST'], port=os.getenv('DB_PORT', '5432'),
                         user=os.getenv('DB_USER', 'shop'), password=os.environ['DB_PASSWORD'],
                         dbname=os.environ['DB_NAME'])
    """
    plan = plan_variables(make_tree({"app.py": source}))
    assert PostgresAccess("shop", "app") in plan.needs.accesses
    values = fill(plan, stand_in=FakeStandIn(), data_folder=tmp_path, postgresql=PG).values
    assert (values["DB_HOST"], values["DB_PORT"], values["DB_NAME"]) == ("127.0.0.1", "6001", "app")
    assert "DB_USER" not in values


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ("import asyncpg", "postgresql://app:crashworthy@127.0.0.1:6001/app"),
        ("import sqlalchemy, psycopg", "postgresql+psycopg://app:crashworthy@127.0.0.1:6001/app"),
        (
            "import asyncpg\nfrom sqlalchemy.ext.asyncio import create_async_engine",
            "postgresql+asyncpg://app:crashworthy@127.0.0.1:6001/app",
        ),
        ("import sqlalchemy, psycopg2", "postgresql://app:crashworthy@127.0.0.1:6001/app"),
    ],
)
def test_a_missing_database_url_fits_the_libraries(variables: Filled, imports: str, expected: str) -> None:
    values = variables({"app.py": f"import os\n{imports}\nURL = os.environ['DATABASE_URL']\n"}).values
    assert values["DATABASE_URL"] == expected


def test_a_missing_database_url_without_a_driver_is_an_sqlite_file(variables: Filled, tmp_path: Path) -> None:
    values = variables({"app.py": "import os, sqlalchemy\nURL = os.environ['DATABASE_URL']\n"}).values
    assert values["DATABASE_URL"] == f"sqlite:///{tmp_path / 'data' / 'database.db'}"


def test_absolute_files_and_folders_move_below_the_run(variables: Filled, tmp_path: Path) -> None:
    source = """
        import os, sqlite3
        A = os.getenv('DB_PATH', '/var/lib/shop/shop.db')
        B = os.getenv('DATABASE_URL', 'sqlite:////var/lib/shop/other.db?timeout=5')
        C = os.getenv('UPLOAD_DIR', '/var/lib/shop/uploads')
    """
    values = variables({"app.py": source}).values
    data = tmp_path / "data"
    assert values == {
        "DB_PATH": str(data / "shop.db"),
        "DATABASE_URL": f"sqlite:///{data / 'other.db'}?timeout=5",
        "UPLOAD_DIR": str(data / "uploads"),
    }
    assert (data / "uploads").is_dir()


def test_mail_servers_lead_to_the_stand_in(variables: Filled) -> None:
    source = "import os, smtplib\nsmtplib.SMTP(os.environ['SMTP_HOST'], int(os.getenv('SMTP_PORT', '2525')))\n"
    values = variables({"app.py": source}).values
    assert (values["SMTP_HOST"], values["SMTP_PORT"]) == ("stand-in-SMTP_HOST", "2525")


def test_an_example_file_tells_values_but_no_placeholders(variables: Filled) -> None:
    files = {
        "app.py": "import os\nA = os.environ['GREETING']\nB = os.environ['API_KEY']\nC = os.environ['RATES_URL']\n",
        ".env.example": "GREETING=hello\nAPI_KEY=your-key-here\nRATES_URL=https://rates.example.com/latest\n",
    }
    values = variables(files).values
    assert values["GREETING"] == "hello"
    assert values["API_KEY"] != "your-key-here"
    assert values["RATES_URL"] == "stand-in:https://rates.example.com/latest"


def test_an_example_file_may_refer_to_itself(variables: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_NAME", "hunter2")
    files = {
        "app.py": "import os, psycopg\nA = os.environ['DATABASE_URL']\n",
        ".env.example": "DB_USER=me\nDATABASE_URL=postgresql://${DB_USER}:${DB_PASS:-x}@${DB_NAME}/orders\n",
    }
    assert variables(files).values["DATABASE_URL"] == "postgresql://me:crashworthy@127.0.0.1:6001/orders"


def test_the_real_env_file_tells_names_only(variables: Filled, make_tree: MakeTree) -> None:
    files = {
        "app.py": "import os\nfrom dotenv import load_dotenv\nload_dotenv()\nA = os.getenv('API_KEY')\n",
        ".env": "API_KEY=hunter2\nDATABASE_URL=postgresql://hunter2@prod/shop\nFLASK_APP=hunter2.py\n",
    }
    found = variables(files)
    assert not any("hunter2" in text for text in (*found.values.values(), *found.lines))
    assert found.values["API_KEY"]
    copy = make_tree(files).root
    assert replace_real_files(copy, found.values) == (".env",)
    text = (copy / ".env").read_text()
    assert "hunter2" not in text
    assert f"API_KEY='{found.values['API_KEY']}'" in text


def test_secrets_are_hidden_in_the_report_and_known_as_credentials(variables: Filled) -> None:
    found = variables({"app.py": "import os\nA = os.environ['ADMIN_TOKEN']\nB = os.getenv('ADMIN_KEY', 'change-me')\n"})
    assert found.credentials == {"ADMIN_TOKEN": found.values["ADMIN_TOKEN"], "ADMIN_KEY": "change-me"}
    assert found.values["ADMIN_TOKEN"] not in "\n".join(found.lines)


def test_the_name_of_an_account_comes_with_its_password(variables: Filled) -> None:
    source = "import os\nA = os.environ.get('ADMIN_EMAIL')\nB = os.environ.get('ADMIN_PASSWORD')\n"
    found = variables({"app.py": source + "C = os.environ.get('SUPPORT_EMAIL')\n"})
    assert found.values.keys() == {"ADMIN_EMAIL", "ADMIN_PASSWORD"}
    assert names_beside(found.credentials, found.values) == {"ADMIN_EMAIL": found.values["ADMIN_EMAIL"]}


@pytest.mark.parametrize(
    ("refuses", "given"),
    [
        ("if not TOKEN or given != TOKEN: raise ValueError", True),
        ("if not TOKEN: raise ValueError", True),
        ("if not TOKEN: return", False),
        ("if TOKEN and given != TOKEN: raise ValueError", False),
    ],
)
def test_what_is_closed_while_a_secret_is_empty_is_opened(variables: Filled, refuses: str, given: bool) -> None:
    source = f"import os\nTOKEN = os.environ.get('STAFF_TOKEN', '')\ndef staff(given):\n    {refuses}\n"
    assert ("STAFF_TOKEN" in variables({"app.py": source}).credentials) is given


@pytest.mark.parametrize(
    "source",
    [
        "import os, pymysql\nURL = os.getenv('DATABASE_URL', 'mysql+pymysql://root@localhost/shop')\n",
        "import os, pymongo\nclient = pymongo.MongoClient(os.environ['MONGODB_URI'])\n",
        "from pymongo import MongoClient\nclient = MongoClient('mongodb://localhost:27017/shop')\n",
        "import pika\nURL = 'amqp://guest:guest@rabbit/'\n",
    ],
)
def test_a_server_that_cannot_be_replaced_stops_the_run(make_tree: MakeTree, source: str) -> None:
    with pytest.raises(CrashworthyError, match="no own instance") as caught:
        plan_variables(make_tree({"app.py": source}))
    assert caught.value.remedy


def test_a_database_that_can_be_replaced_by_a_given_url_does_not_stop(variables: Filled) -> None:
    source = "import os, pymysql, sqlalchemy\nURL = os.getenv('DATABASE_URL', 'mysql+pymysql://root@localhost/shop')\n"
    values = variables({"app.py": source}, DATABASE_URL="sqlite:///shop.db").values
    assert values == {"DATABASE_URL": "sqlite:///shop.db"}


def test_dead_text_stops_nothing(make_tree: MakeTree) -> None:
    source = '"""Works with mysql://host/db too."""\nimport sqlite3\nif "x".startswith("mysql://"):\n    pass\n'
    plan_variables(make_tree({"app.py": source}))


def test_servers_in_the_source_are_turned_to_our_own(make_tree: MakeTree) -> None:
    files = {
        "app.py": """
            import psycopg2, redis
            from sqlalchemy import create_engine
            engine = create_engine("postgresql://shop:pw@db.internal:5433/orders")
            other = psycopg2.connect(host="pg", user="admin", dbname="reports")
            cache = redis.Redis(host="cache", port=6390)
        """,
        "settings.py": "DATABASES = {'d': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'dj', 'USER': 'me'}}",
        "config.yaml": "url: postgresql://conf@conf.internal/conf\n",
        "tests/test_app.py": "URL = 'postgresql://test@test.internal/test'\n",
    }
    needs = plan_variables(make_tree(files)).needs
    assert needs.accesses == (
        PostgresAccess("admin", "reports"),
        PostgresAccess("conf", "conf"),
        PostgresAccess("me", "dj"),
        PostgresAccess("shop", "orders"),
    )
    assert needs.postgresql_redirects == ("conf.internal:5432", "db.internal:5433", "localhost:5432", "pg:5432")
    assert needs.redis_redirects == ("cache:6390",)


def test_a_configuration_for_another_way_to_deploy_starts_nothing(make_tree: MakeTree) -> None:
    files = {
        "app.py": "import sqlite3\n",
        "docker-compose.yml": "x: postgresql://u:p@db/app\ny: redis://cache:6379\nz: mysql://u@db/app\n",
    }
    needs = plan_variables(make_tree(files)).needs
    assert not needs.postgresql
    assert not needs.redis


def test_a_file_outside_that_the_source_opens_itself_needs_the_box(make_tree: MakeTree) -> None:
    plan = plan_variables(make_tree({"app.py": "import sqlite3\ndb = sqlite3.connect('/var/data/app.db')\n"}))
    plan.stop_unless_contained(True)
    with pytest.raises(CrashworthyError, match=r"app\.py:2.*/var/data/app\.db"):
        plan.stop_unless_contained(False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", True), ("changeme", True), ("change-me-in-production", True), ("your-secret-key", True), ("<token>", True),
        ("xxxxxxxx", True), ("sk_test_xxxxxxxxxxxx", True), ("...", True), ("paste-key-here", True), ("INFO", False),
        ("8000", False), ("postgresql://u:p@h/d", False), ("my.domain.com", False), ("HS256", False),
    ],
)  # fmt: skip
def test_placeholders(value: str, expected: bool) -> None:
    assert is_placeholder(value) is expected
