import os
import sqlite3
from datetime import datetime

from flask import g
from werkzeug.security import generate_password_hash

DATABASE = os.environ.get("DATABASE_PATH", "library.db")
LIBRARIAN_PASSWORD = os.environ.get("LIBRARIAN_PASSWORD", "librarian")


def connect():
    conn = sqlite3.connect(DATABASE)
    conn.row_factory = sqlite3.Row
    conn.execute("PRAGMA foreign_keys = ON")
    return conn


def get_db():
    if "db" not in g:
        g.db = connect()
    return g.db


def close_db(exc=None):
    db = g.pop("db", None)
    if db is not None:
        db.close()


def query_one(sql, params=()):
    return get_db().execute(sql, params).fetchone()


def query_all(sql, params=()):
    return get_db().execute(sql, params).fetchall()


def init_db():
    conn = connect()
    with open(os.path.join(os.path.dirname(__file__), "schema.sql")) as f:
        conn.executescript(f.read())
    row = conn.execute("SELECT id FROM members WHERE username = 'librarian'").fetchone()
    if row is None:
        conn.execute(
            "INSERT INTO members (username, password_hash, is_librarian, created_at) VALUES (?, ?, 1, ?)",
            ("librarian", generate_password_hash(LIBRARIAN_PASSWORD), datetime.now().isoformat()),
        )
    conn.commit()
    conn.close()
