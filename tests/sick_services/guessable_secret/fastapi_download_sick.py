"""The key of a download is the digest of its number."""

import hashlib
import secrets

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
users: dict[str, str] = {}
files: list[dict] = []


class Account(BaseModel):
    email: str
    password: str


class File(BaseModel):
    title: str


def caller(authorization: str) -> str:
    name = users.get(authorization.removeprefix("Bearer "))
    if name is None:
        raise HTTPException(401)
    return name


@app.post("/login")
def login(account: Account):
    token = secrets.token_hex(16)
    users[token] = account.email
    return {"token": token}


@app.post("/files", status_code=201)
def upload(file: File, authorization: str = Header("")):
    owner = caller(authorization)
    number = len(files) + 1
    key = hashlib.md5(str(number).encode()).hexdigest()
    files.append({"id": number, "owner": owner, "title": file.title, "download_key": key})
    return files[-1]


@app.get("/files/{number}")
def one(number: int, authorization: str = Header("")):
    owner = caller(authorization)
    found = next((each for each in files if each["id"] == number and each["owner"] == owner), None)
    if found is None:
        raise HTTPException(404)
    return found


@app.get("/download")
def download(key: str):
    found = next((each for each in files if each["download_key"] == key), None)
    if found is None:
        raise HTTPException(404)
    return {"title": found["title"], "content": "..."}
