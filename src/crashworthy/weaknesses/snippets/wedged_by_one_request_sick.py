from flask import Flask, request
from psycopg_pool import ConnectionPool

app = Flask(__name__)
pool = ConnectionPool("postgresql://localhost/shop", max_size=4)


@app.post("/notes")
def add():
    connection = pool.getconn()
    # A form without the text answers 400 and keeps the connection: after four of them everybody waits.
    connection.execute("INSERT INTO notes (text) VALUES (%s)", (request.form["text"],))
    connection.commit()
    pool.putconn(connection)
    return {}, 201
