import secrets
import sqlite3

from flask import Flask, request

app = Flask(__name__)
db = sqlite3.connect("shop.db", check_same_thread=False)


@app.post("/forgot")
def forgot():
    email, token = request.form.get("email"), secrets.token_urlsafe(24)
    with db:
        db.execute("UPDATE users SET reset = ? WHERE email = ?", (token, email))
    return {"message": "check your mail", "token": token}
