"""Stores the account, the body and the idempotency key in the transaction of the deposit, and answers by them later."""

import os
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel
from sqlalchemy import String, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+asyncpg:"))
Session = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    balance: Mapped[int]


class Key(Base):
    __tablename__ = "keys"
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    meant: Mapped[str]


@asynccontextmanager
async def lifespan(_: FastAPI):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


class Balance(BaseModel):
    balance: int


class Amount(BaseModel):
    amount: int


@app.post("/accounts", status_code=201)
async def open_account(wanted: Balance):
    async with Session.begin() as session:
        account = Account(balance=wanted.balance)
        session.add(account)
    return {"id": account.id}


@app.get("/accounts/{account}")
async def read(account: int):
    async with Session() as session:
        found = await session.get(Account, account)
    if found is None:
        raise HTTPException(404)
    return {"id": account, "balance": found.balance}


@app.post("/accounts/{account}/deposit")
async def deposit(account: int, wanted: Amount, idempotency_key: Annotated[str, Header()]):
    async with Session.begin() as session:
        values = {"key": idempotency_key, "meant": f"{account} {wanted.amount}"}
        stored = await session.execute(insert(Key).values(values).on_conflict_do_nothing())
        if not stored.rowcount:
            known = await session.get_one(Key, idempotency_key)
            if known.meant != values["meant"]:
                raise HTTPException(422, "this key was used for something else")
            return {"ok": True}
        found = (await session.execute(select(Account).where(Account.id == account).with_for_update())).scalar_one()
        found.balance += wanted.amount
    return {"ok": True}
