"""Moves money in one transaction of a pooled session, which is given back at the end of the request."""

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import Column, Integer, create_engine
from sqlalchemy.orm import Session, declarative_base, sessionmaker

engine = create_engine("sqlite:///bank.db")
Base = declarative_base()


class Account(Base):
    __tablename__ = "accounts"
    id = Column(Integer, primary_key=True)
    balance = Column(Integer, nullable=False)


Base.metadata.create_all(engine)
engine.dispose()
make_session = sessionmaker(engine)
app = FastAPI()


class Opening(BaseModel):
    balance: int


class Transfer(BaseModel):
    source: int
    target: int
    amount: int


def session():
    with make_session() as db:
        yield db


@app.post("/accounts", status_code=201)
def create(body: Opening, db: Session = Depends(session)):
    account = Account(balance=body.balance)
    db.add(account)
    db.commit()
    return {"id": account.id}


@app.get("/accounts/{account}")
def read(account: int, db: Session = Depends(session)):
    return {"id": account, "balance": db.get(Account, account).balance}


@app.post("/transfers", status_code=201)
def transfer(body: Transfer, db: Session = Depends(session)):
    source, target = db.get(Account, body.source), db.get(Account, body.target)
    source.balance -= body.amount
    db.flush()
    target.balance += body.amount
    db.flush()
    db.commit()
    return {"ok": True}
