"""Texts of a service that counts, which several tests start."""

from __future__ import annotations

from crashworthy.lab.service.plan import StartKind, StartPlan

COUNTER = """
    import sqlite3
    def connect():
        connection = sqlite3.connect("counter.db")
        connection.execute("create table if not exists counter (n integer)")
        return connection
    def add():
        connection = connect()
        connection.execute("insert into counter values (1)")
        connection.commit()
        connection.close()
        return "added"
    def count():
        connection = connect()
        n = connection.execute("select count(*) from counter").fetchone()[0]
        connection.close()
        return str(n)
"""
FLASK = """
    from flask import Flask
    import counter
    app = Flask(__name__)
    app.get("/count")(counter.count)
    app.post("/add")(counter.add)
"""
FLASK_MAIN = f"{FLASK}\n    if __name__ == '__main__':\n        app.run(%s)\n"
FASTAPI = """
    from fastapi import FastAPI
    from fastapi.responses import PlainTextResponse
    import counter
    app = FastAPI(default_response_class=PlainTextResponse)
    app.get("/count")(counter.count)
    app.post("/add")(counter.add)
"""
FASTAPI_MAIN = f"{FASTAPI}\n    if __name__ == '__main__':\n        import uvicorn\n        %s\n"


def script(*words: str, **options: object) -> StartPlan:
    """How to run a file of it."""
    return StartPlan(StartKind.SCRIPT, words, **options)  # type: ignore[arg-type]
