"""Datasette on a small museum database, with a query that writes; see "Running datasette from Python" in its docs."""

import os
import sqlite3

import uvicorn
from datasette.app import Datasette

SCHEMA = """
CREATE TABLE artists (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE works (id INTEGER PRIMARY KEY, artist_id INTEGER REFERENCES artists(id), title TEXT, year INTEGER);
CREATE TABLE visitors (id INTEGER PRIMARY KEY, name TEXT, email TEXT);
INSERT INTO artists (name) VALUES ('Hilma af Klint'), ('Paul Klee');
INSERT INTO works (artist_id, title, year) VALUES (1, 'The Swan', 1915), (2, 'Fish Magic', 1925);
"""
METADATA = {
    "title": "Museum",
    "databases": {
        "museum": {
            "queries": {
                "works_of": {"sql": "select * from works where artist_id = :artist_id"},
                "add_visitor": {"sql": "insert into visitors (name, email) values (:name, :email)", "write": True},
            }
        }
    },
}

if not os.path.exists("museum.db"):
    with sqlite3.connect("museum.db") as connection:
        connection.executescript(SCHEMA)

app = Datasette(["museum.db"], metadata=METADATA).app()

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=8001)
