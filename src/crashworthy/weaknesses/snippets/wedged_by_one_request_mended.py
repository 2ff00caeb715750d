from flask import Flask, request
from psycopg_pool import ConnectionPool

app = Flask(__name__)
pool = ConnectionPool("postgresql://localhost/shop", max_size=4)


@app.post("/notes")
def add():
    text = request.form["text"]
    # Commits, or rolls back, and gives the connection back whatever happens.
    with pool.connection(timeout=5) as connection:
        connection.execute("INSERT INTO notes (text) VALUES (%s)", (text,))
    return {}, 201
