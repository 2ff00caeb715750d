"""Reserves stock with one conditional UPDATE."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import create_engine, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine("sqlite:///stock.db")


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    stock: Mapped[int]


Base.metadata.create_all(engine)
app = FastAPI()


class ItemIn(BaseModel):
    name: str
    stock: int


class Reservation(BaseModel):
    quantity: int


def session():
    with Session(engine) as db:
        yield db


Db = Annotated[Session, Depends(session)]


@app.post("/items", status_code=201)
def create(body: ItemIn, db: Db):
    item = Item(name=body.name, stock=body.stock)
    db.add(item)
    db.commit()
    return {"id": item.id}


@app.get("/items")
def all_items(db: Db):
    return [{"id": item.id, "name": item.name, "stock": item.stock} for item in db.query(Item)]


@app.post("/items/{item_id}/reserve")
def reserve(item_id: int, body: Reservation, db: Db):
    taken = update(Item).where(Item.id == item_id, Item.stock >= body.quantity)
    result = db.execute(taken.values(stock=Item.stock - body.quantity))
    db.commit()
    if result.rowcount == 0:
        raise HTTPException(409, "not enough")
    return {"ok": True}
