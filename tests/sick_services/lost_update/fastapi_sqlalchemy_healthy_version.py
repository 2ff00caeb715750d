"""Reserves stock with SQLAlchemy's version counter: whoever comes second gets a conflict."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.orm.exc import StaleDataError

engine = create_engine("sqlite:///stock.db")


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    stock: Mapped[int]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


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
    item = db.get(Item, item_id)
    if item is None:
        raise HTTPException(404)
    if item.stock < body.quantity:
        raise HTTPException(409, "not enough")
    item.stock = item.stock - body.quantity
    try:
        db.commit()
    except StaleDataError:
        db.rollback()
        raise HTTPException(409, "changed meanwhile") from None
    return {"left": item.stock}
