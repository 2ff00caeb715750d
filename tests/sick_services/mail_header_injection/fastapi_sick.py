"""Puts the subject into the mail's head as it came."""

import smtplib

from fastapi import Body, FastAPI

app = FastAPI()


@app.post("/contact")
def contact(data: dict = Body()):
    text = f"From: shop@example.com\nTo: owner@example.com\nSubject: {data['subject']}\n\n{data['text']}"
    with smtplib.SMTP("mail.example.com", 25, timeout=5) as server:
        server.sendmail("shop@example.com", ["owner@example.com"], text.encode("utf-8", "replace"))
    return {"ok": True}
