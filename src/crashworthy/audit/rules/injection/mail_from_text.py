"""A mail's text, headers included, is put together with text of the request."""

from __future__ import annotations

from crashworthy.audit.reaches import Reaches
from crashworthy.audit.rule import Sample
from crashworthy.source.flow.events import Passed
from crashworthy.weaknesses.injection_formats import MAIL_HEADER_INJECTION

_APP = """
import smtplib
from email.message import EmailMessage
from flask import Flask, abort, jsonify, request

app = Flask(__name__)
server = smtplib.SMTP("mail.example.com")
"""


class MailFromText(Reaches):
    """`sendmail` is given a text with something of the request in it.

    A line break begins a header of its own. Left alone: `EmailMessage`, whose headers refuse line breaks.
    """

    id = "mail-from-text"
    weakness = MAIL_HEADER_INJECTION
    sinks = {
        ".sendmail": (2, "msg"),
    }
    firing = (
        Sample("written by hand", {"app.py": _APP + """
@app.post("/contact")
def contact():
    text = f"Subject: {request.form['subject']}\\n\\nHello"
    server.sendmail("a@example.com", ["b@example.com"], text)
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("the email package", {"app.py": _APP + """
@app.post("/contact")
def contact():
    mail = EmailMessage()
    mail["Subject"] = request.form["subject"]
    mail.set_content("Hello")
    server.send_message(mail)
    return {}
"""}),
    )  # fmt: skip

    def message(self, event: Passed) -> str:
        """Names the call."""
        return "text of the request becomes part of the headers of a mail"
