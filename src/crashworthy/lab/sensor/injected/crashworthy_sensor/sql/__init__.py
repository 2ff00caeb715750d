"""Statements, of SQL and of Redis: what they do, who issued them, where requests meet before they write."""

from __future__ import annotations

from crashworthy_sensor.imports import when_imported
from crashworthy_sensor.sql import aiosqlite, asyncpg, psycopg, psycopg2, pymysql, redis, sqlite3

MODULES = frozenset(
    {
        "sqlite3.dbapi2",
        "aiosqlite.core",
        "psycopg.connection",
        "psycopg2.extensions",
        "asyncpg.connection",
        "pymysql.connections",
        "redis.client",
        "redis.asyncio.client",
        "valkey.client",
        "valkey.asyncio.client",
    }
)


def install() -> None:
    """Watch for the drivers."""
    when_imported("sqlite3.dbapi2", sqlite3.patch)
    when_imported("aiosqlite.core", aiosqlite.patch)
    when_imported("psycopg._connection_base", psycopg.patch_connection_base)
    when_imported("psycopg.connection", psycopg.patch_connection)
    when_imported("psycopg.connection_async", psycopg.patch_connection)
    when_imported("psycopg.cursor", psycopg.patch_cursor)
    when_imported("psycopg.cursor_async", psycopg.patch_cursor_async)
    when_imported("psycopg._server_cursor", psycopg.patch_server_cursor)
    when_imported("psycopg._server_cursor_async", psycopg.patch_server_cursor_async)
    when_imported("psycopg2.extensions", psycopg2.patch_extensions)
    when_imported("psycopg2", psycopg2.patch)
    when_imported("asyncpg.connection", asyncpg.patch_connection)
    when_imported("asyncpg.prepared_stmt", asyncpg.patch_prepared)
    when_imported("pymysql.connections", pymysql.patch)
    for client in ("redis", "valkey"):
        when_imported(f"{client}.client", redis.patch)
        when_imported(f"{client}.asyncio.client", redis.patch_async)
