from __future__ import annotations

import pytest

from crashworthy.lab.environment.purpose import Facts, Purpose, purpose_of

NOTHING = Facts()
PG = Facts(frozenset({"psycopg2", "sqlalchemy"}))
SQLITE = Facts(frozenset({"sqlite3"}))
REDIS = Facts(frozenset({"redis"}))


@pytest.mark.parametrize(
    ("name", "value", "facts", "purpose"),
    [
        ("DATABASE_URL", None, PG, Purpose.DATABASE_URL),
        ("SQLALCHEMY_DATABASE_URI", None, PG, Purpose.DATABASE_URL),
        ("ANYTHING", "postgresql+asyncpg://u@h/d", NOTHING, Purpose.DATABASE_URL),
        ("ANYTHING", "host=db dbname=shop", NOTHING, Purpose.DATABASE_URL),
        ("ANYTHING", "sqlite:///./shop.db", NOTHING, Purpose.DATABASE_URL),
        ("DB_HOST", "localhost", PG, Purpose.DATABASE_HOST),
        ("POSTGRES_SERVER", None, PG, Purpose.DATABASE_HOST),
        ("PGHOST", None, PG, Purpose.DATABASE_HOST),
        ("PGPORT", None, PG, Purpose.DATABASE_PORT),
        ("POSTGRES_USER", None, PG, Purpose.DATABASE_USER),
        ("DB_PASSWORD", None, PG, Purpose.DATABASE_PASSWORD),
        ("POSTGRES_DB", None, PG, Purpose.DATABASE_NAME),
        ("DB_POOL_SIZE", None, PG, Purpose.NUMBER),
        ("WALLET_DB", "wallet.db", SQLITE, Purpose.FILE),
        ("DB_NAME", None, SQLITE, Purpose.FILE),
        ("DATABASE_PATH", "library.db", SQLITE, Purpose.FILE),
        ("UPLOAD_DIR", "/data/uploads", NOTHING, Purpose.FOLDER),
        ("AUDIT_LOG", "audit.log", NOTHING, Purpose.FILE),
        ("REDIS_URL", None, NOTHING, Purpose.REDIS_URL),
        ("CACHE_URL", None, REDIS, Purpose.REDIS_URL),
        ("CELERY_RESULT_BACKEND", None, REDIS, Purpose.REDIS_URL),
        ("REDIS_HOST", None, NOTHING, Purpose.REDIS_HOST),
        ("BROKER", "amqp://guest@rabbit//", NOTHING, Purpose.FOREIGN),
        ("MONGODB_URI", None, NOTHING, Purpose.FOREIGN),
        ("MYSQL_HOST", None, NOTHING, Purpose.FOREIGN),
        ("MYSQL_PASSWORD", None, NOTHING, Purpose.SECRET),
        ("PAYMENT_API_URL", "https://api.example.com", NOTHING, Purpose.HTTP_URL),
        ("PAYMENT_API", None, Facts(outbound=frozenset({"PAYMENT_API"})), Purpose.HTTP_URL),
        ("SLACK_WEBHOOK", None, NOTHING, Purpose.HTTP_URL),
        ("TOKEN_URL", None, NOTHING, Purpose.HTTP_URL),
        ("FRONTEND_URL", "http://localhost:3000", NOTHING, Purpose.OWN_URL),
        ("OAUTH_REDIRECT_URI", None, NOTHING, Purpose.OWN_URL),
        ("PUBLIC_URL", "http://x", Facts(outbound=frozenset({"PUBLIC_URL"})), Purpose.HTTP_URL),
        ("INVENTORY_HOST", "inventory.internal", NOTHING, Purpose.PEER_HOST),
        ("SMTP_HOST", None, NOTHING, Purpose.MAIL_HOST),
        ("MAIL_PORT", "587", NOTHING, Purpose.MAIL_PORT),
        ("EMAIL_ADDRESS", None, NOTHING, Purpose.TEXT),
        ("DJANGO_ALLOWED_HOSTS", "*", NOTHING, Purpose.TEXT),
        ("SECRET_KEY", None, NOTHING, Purpose.SECRET),
        ("STRIPE_API_KEY", None, NOTHING, Purpose.SECRET),
        ("JWT_SECRET", None, NOTHING, Purpose.SECRET),
        ("TOKEN_TTL_HOURS", None, NOTHING, Purpose.NUMBER),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", None, NOTHING, Purpose.NUMBER),
        ("PASSWORD_MIN_LENGTH", None, NOTHING, Purpose.NUMBER),
        ("MAX_LOANS", "5", NOTHING, Purpose.NUMBER),
        ("DEBUG", None, NOTHING, Purpose.SWITCH),
        ("ENABLE_SIGNUP", None, NOTHING, Purpose.SWITCH),
        ("SENTRY_DSN", "https://k@sentry.example.com/1", NOTHING, Purpose.TELEMETRY),
        ("PORT", "8000", NOTHING, Purpose.LISTEN),
        ("API_HOST", None, NOTHING, Purpose.LISTEN),
        ("ENVIRONMENT", None, NOTHING, Purpose.TEXT),
    ],
)
def test_the_purpose_of_a_variable(name: str, value: str | None, facts: Facts, purpose: Purpose) -> None:
    assert purpose_of(name, value, facts) is purpose
