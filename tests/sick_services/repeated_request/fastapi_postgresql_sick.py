"""Takes an idempotency key, looks it up, and stores it in a transaction of its own after the deposit."""

import os
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel
from sqlalchemy import String, select
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
    async with Session() as session:
        if await session.get(Key, idempotency_key) is not None:
            return {"ok": True}
    async with Session.begin() as session:
        found = (await session.execute(select(Account).where(Account.id == account).with_for_update())).scalar_one()
        found.balance += wanted.amount
    async with Session.begin() as session:
        session.add(Key(key=idempotency_key))
    return {"ok": True}
