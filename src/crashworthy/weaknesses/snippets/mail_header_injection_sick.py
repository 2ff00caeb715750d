import smtplib

from flask import Flask, request

app = Flask(__name__)


@app.post("/contact")
def contact():
    # A subject with a line break and "Bcc: ..." goes to whomever the sender wants.
    mail = f"Subject: {request.form['subject']}\nTo: help@example.com\n\n{request.form['text']}"
    with smtplib.SMTP("localhost", timeout=5) as server:
        server.sendmail("web@example.com", ["help@example.com"], mail)
    return {}, 202
