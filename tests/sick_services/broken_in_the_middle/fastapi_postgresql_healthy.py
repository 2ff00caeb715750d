"""Takes the money from one account and gives it to the other in one transaction."""

import os
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import update
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


@asynccontextmanager
async def lifespan(_: FastAPI):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


class Balance(BaseModel):
    balance: int


class Transfer(BaseModel):
    source: int
    target: int
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


@app.post("/transfers", status_code=201)
async def transfer(wanted: Transfer):
    enough = Account.id == wanted.source, Account.balance >= wanted.amount
    async with Session.begin() as session:
        taken = await session.execute(update(Account).where(*enough).values(balance=Account.balance - wanted.amount))
        if not taken.rowcount:
            raise HTTPException(409)
        given = update(Account).where(Account.id == wanted.target).values(balance=Account.balance + wanted.amount)
        await session.execute(given)
    return {"moved": wanted.amount}
