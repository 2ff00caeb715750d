import smtplib
from email.message import EmailMessage

from flask import Flask, request

app = Flask(__name__)


@app.post("/contact")
def contact():
    mail = EmailMessage()
    mail["Subject"] = " ".join(request.form["subject"].split())  # EmailMessage refuses line breaks: none is left
    mail["From"], mail["To"] = "web@example.com", "help@example.com"
    mail.set_content(request.form["text"])
    with smtplib.SMTP("localhost", timeout=5) as server:
        server.send_message(mail)
    return {}, 202
