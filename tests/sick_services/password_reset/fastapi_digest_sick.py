"""The link in the mail is made of the address."""

import hashlib
import secrets
import smtplib
from email.message import EmailMessage

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
accounts: dict[str, str] = {}
codes: dict[str, str] = {}


class Account(BaseModel):
    email: str
    password: str


class Forgotten(BaseModel):
    email: str


class Reset(BaseModel):
    token: str
    new_password: str


@app.post("/signup", status_code=201)
def signup(account: Account):
    accounts[account.email] = account.password
    return {"email": account.email}


@app.post("/login")
def login(account: Account):
    if accounts.get(account.email) != account.password:
        raise HTTPException(401)
    return {"token": secrets.token_hex(16)}


@app.post("/password/forgot", status_code=202)
def forgot(body: Forgotten):
    if body.email in accounts:
        code = hashlib.sha256(body.email.encode()).hexdigest()
        codes[code] = body.email
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "shop@example.com", body.email, "Your new password"
        mail.set_content(f"Set it here: https://shop.example.com/reset?token={code}")
        with smtplib.SMTP("mail.example.com", 25, timeout=5) as server:
            server.send_message(mail)
    return {"sent": True}


@app.post("/password/reset")
def reset(body: Reset):
    email = codes.pop(body.token, None)
    if email is None:
        raise HTTPException(400)
    accounts[email] = body.new_password
    return {"ok": True}
