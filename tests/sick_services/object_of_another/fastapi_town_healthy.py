"""A town's service with what may look wrong and is meant so: markets, polls, wikis, sharing, deposits, teams."""

import hashlib
import html
import secrets
import time

from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

app = FastAPI()
SESSION_S = 8 * 3600
users, tokens, listings, polls, docs, accounts, tasks, pages = {}, {}, {}, {}, {}, {}, {}, {}


class Cred(BaseModel):
    email: str
    password: str


class Listing(BaseModel):
    title: str
    contact_email: str
    price: int


class Poll(BaseModel):
    question: str


class Doc(BaseModel):
    text: str


class Share(BaseModel):
    email: str


class Amount(BaseModel):
    amount: int


class Task(BaseModel):
    title: str


class Page(BaseModel):
    title: str
    text: str


def me(authorization: str = Header("")):
    t = authorization.removeprefix("Bearer ")
    user, until = tokens.get(t, (None, 0.0))
    if time.time() > until:
        raise HTTPException(401)
    return user


def h(p, s):
    return hashlib.pbkdf2_hmac("sha256", p.encode(), s.encode(), 5000).hex()


@app.post("/auth/register", status_code=201)
def register(c: Cred):
    if c.email in users:
        raise HTTPException(409)
    s = secrets.token_hex(8)
    users[c.email] = {"id": len(users) + 1, "email": c.email, "salt": s, "hash": h(c.password, s)}
    return {"id": users[c.email]["id"]}


@app.post("/auth/login")
def login(c: Cred):
    u = users.get(c.email) or {"salt": "x" * 16, "hash": ""}
    if not secrets.compare_digest(h(c.password, u["salt"]), u["hash"]):
        raise HTTPException(401, "wrong")
    t = secrets.token_urlsafe()
    tokens[t] = (u, time.time() + SESSION_S)
    return {"access_token": t}


@app.post("/auth/logout")
def logout(authorization: str = Header(""), u=Depends(me)):
    tokens.pop(authorization.removeprefix("Bearer "), None)
    return {"ok": True}


@app.get("/me")
def mine(u=Depends(me)):
    return {"id": u["id"], "email": u["email"]}


@app.get("/users/{user_id}")
def profile(user_id: int, u=Depends(me)):
    for v in users.values():
        if v["id"] == user_id:
            return {"id": user_id, "name": f"user {user_id}"}
    raise HTTPException(404)


@app.post("/listings", status_code=201)
def sell(listing: Listing, u=Depends(me)):
    n = len(listings) + 1
    listings[n] = {"id": n, "seller": u["id"], "status": "open", **listing.model_dump()}
    return listings[n]


@app.get("/listings")
def all_listings():
    return list(listings.values())


@app.get("/me/listings")
def my_listings(u=Depends(me)):
    return [x for x in listings.values() if x["seller"] == u["id"]]


@app.get("/listings/{listing_id}")
def one_listing(listing_id: int):
    if listing_id not in listings:
        raise HTTPException(404)
    return listings[listing_id]


@app.post("/listings/{listing_id}/buy")
def buy(listing_id: int, u=Depends(me)):
    if listing_id not in listings:
        raise HTTPException(404)
    if listings[listing_id]["status"] != "open":
        raise HTTPException(409)
    listings[listing_id]["status"] = "sold"
    return listings[listing_id]


@app.delete("/listings/{listing_id}", status_code=204)
def drop(listing_id: int, u=Depends(me)):
    if listing_id not in listings:
        raise HTTPException(404)
    if listings[listing_id]["seller"] != u["id"]:
        raise HTTPException(403)
    del listings[listing_id]


@app.post("/polls", status_code=201)
def ask(p: Poll, u=Depends(me)):
    n = len(polls) + 1
    polls[n] = {"id": n, "by": u["id"], "question": p.question, "votes": 0, "last_voter": None}
    return polls[n]


@app.get("/polls")
def my_polls(u=Depends(me)):
    return [x for x in polls.values() if x["by"] == u["id"]]


@app.get("/polls/{poll_id}")
def poll(poll_id: int, u=Depends(me)):
    if poll_id not in polls:
        raise HTTPException(404)
    return polls[poll_id]


@app.post("/polls/{poll_id}/vote")
def vote(poll_id: int, u=Depends(me)):
    if poll_id not in polls:
        raise HTTPException(404)
    polls[poll_id]["votes"] += 1
    polls[poll_id]["last_voter"] = u["id"]
    return polls[poll_id]


@app.post("/documents", status_code=201)
def write(d: Doc, u=Depends(me)):
    n = len(docs) + 1
    docs[n] = {"id": n, "owner": u["id"], "text": d.text, "readers": [u["id"]]}
    return docs[n]


@app.get("/documents")
def my_docs(u=Depends(me)):
    return [d for d in docs.values() if u["id"] in d["readers"]]


@app.get("/documents/{document_id}")
def read(document_id: int, u=Depends(me)):
    d = docs.get(document_id)
    if d is None or u["id"] not in d["readers"]:
        raise HTTPException(404)
    return d


@app.post("/documents/{document_id}/share")
def share(document_id: int, s: Share, u=Depends(me)):
    d = docs.get(document_id)
    if d is None or d["owner"] != u["id"] or s.email not in users:
        raise HTTPException(404)
    d["readers"].append(users[s.email]["id"])
    return d


@app.post("/accounts", status_code=201)
def open_account(u=Depends(me)):
    n = len(accounts) + 1
    accounts[n] = {"id": n, "owner": u["id"], "balance": 0}
    return accounts[n]


@app.get("/accounts/{account_id}")
def account(account_id: int, u=Depends(me)):
    a = accounts.get(account_id)
    if a is None or a["owner"] != u["id"]:
        raise HTTPException(404)
    return a


@app.post("/accounts/{account_id}/deposit")
def deposit(account_id: int, a: Amount, u=Depends(me)):
    if account_id not in accounts or a.amount <= 0:
        raise HTTPException(404)
    accounts[account_id]["balance"] += a.amount
    return {"ok": True}


@app.post("/tasks", status_code=201)
def task(t: Task, u=Depends(me)):
    n = len(tasks) + 1
    tasks[n] = {"id": n, "created_by": u["id"], "title": t.title, "done": False}
    return tasks[n]


@app.get("/tasks")
def team_tasks(u=Depends(me)):
    return list(tasks.values())


@app.patch("/tasks/{task_id}")
def done(task_id: int, u=Depends(me)):
    if task_id not in tasks:
        raise HTTPException(404)
    tasks[task_id]["done"] = True
    return tasks[task_id]


@app.delete("/tasks/{task_id}", status_code=204)
def away(task_id: int, u=Depends(me)):
    if tasks.pop(task_id, None) is None:
        raise HTTPException(404)


@app.post("/pages", status_code=201)
def new_page(p: Page, u=Depends(me)):
    n = len(pages) + 1
    pages[n] = {"id": n, **p.model_dump()}
    return pages[n]


@app.put("/pages/{page_id}")
def edit_page(page_id: int, p: Page):
    if page_id not in pages:
        raise HTTPException(404)
    pages[page_id].update(p.model_dump())
    return pages[page_id]


@app.get("/pages/{page_id}", response_class=HTMLResponse)
def see_page(page_id: int):
    if page_id not in pages:
        raise HTTPException(404)
    title, text = (html.escape(str(pages[page_id][name])) for name in ("title", "text"))
    return f'<h1>{title}</h1><div title="{title}">{text}</div>'
