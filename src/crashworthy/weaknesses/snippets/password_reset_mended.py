import secrets
import smtplib
import sqlite3

from flask import Flask, request

app = Flask(__name__)
db = sqlite3.connect("shop.db", check_same_thread=False)


@app.post("/forgot")
def forgot():
    email, token = request.form.get("email"), secrets.token_urlsafe(24)
    with db:
        db.execute("UPDATE users SET reset = ? WHERE email = ?", (token, email))
    mail = f"Subject: Your new password\n\nhttps://shop.example.com/reset?token={token}"
    with smtplib.SMTP("localhost", timeout=5) as server:
        server.sendmail("shop@example.com", email, mail)
    return {"message": "check your mail"}
