"""Lets the email package write the headers, which refuses line breaks; a mail's text may have as many as it likes."""

import smtplib
from email.message import EmailMessage

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/contact")
def contact():
    data = request.get_json()
    mail = EmailMessage()
    try:
        mail["Subject"] = str(data["subject"])
    except ValueError:
        return jsonify(error="one line, please"), 400
    mail["From"], mail["To"] = "shop@example.com", "owner@example.com"
    mail.set_content(str(data["text"]))
    with smtplib.SMTP("mail.example.com", 25, timeout=5) as server:
        server.send_message(mail)
    return jsonify(ok=True)
