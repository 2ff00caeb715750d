"""Writes the mail by hand."""

import smtplib

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/contact")
def contact():
    data = request.get_json()
    text = f"From: shop@example.com\nTo: owner@example.com\nSubject: {data['subject']}\n\n{data['text']}"
    with smtplib.SMTP("mail.example.com", 25, timeout=5) as server:
        server.sendmail("shop@example.com", ["owner@example.com"], text.encode("utf-8", "replace"))
    return jsonify(ok=True)
