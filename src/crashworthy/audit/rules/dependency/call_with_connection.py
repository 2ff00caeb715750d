"""A call to another system while a connection of the database's pool is kept."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.events import Called
from crashworthy.weaknesses.dependency import HELD_BY_SLOW_DEPENDENCY

_APP = """
import httpx
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

engine = create_engine("postgresql://localhost/shop")
make_session = sessionmaker(engine)
app = FastAPI()

class Base(DeclarativeBase):
    pass

class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str]

def get_session():
    with make_session() as session:
        yield session
"""


class CallWithConnection(Rule):
    """An outbound call after a query through a SQLAlchemy session whose transaction is still open.

    A session keeps its connection until it commits, rolls back or is closed. As many requests as the pool has
    connections, waiting for the other side, leave none for the rest of the service. Left alone: calls before the first
    query, or after the transaction has ended, and services without such a pool. Where a lock is held as well,
    `call-while-locked` says so instead.
    """

    id = "call-with-connection"
    weakness = HELD_BY_SLOW_DEPENDENCY
    firing = (
        Sample("a query, then a call", {"main.py": _APP + """
@app.get("/items/{item_id}/price")
def price(item_id: int, session: Session = Depends(get_session)):
    item = session.get(Item, item_id)
    if item is None:
        raise HTTPException(404)
    return httpx.get(f"https://prices.example.com/{item.sku}", timeout=3).json()
"""}),
    )  # fmt: skip
    quiet = (
        Sample("the session is closed first", {"main.py": _APP + """
@app.get("/items/{item_id}/price")
def price(item_id: int):
    with make_session() as session:
        item = session.get(Item, item_id)
    if item is None:
        raise HTTPException(404)
    return httpx.get(f"https://prices.example.com/{item.sku}", timeout=3).json()
"""}),
        Sample("the transaction has ended", {"main.py": _APP + """
@app.post("/items/{item_id}/notify")
def notify(item_id: int, session: Session = Depends(get_session)):
    item = session.get(Item, item_id)
    session.commit()
    httpx.post("https://mail.example.com", timeout=3)
    return {}
"""}),
        Sample("the call comes first", {"main.py": _APP + """
@app.get("/items/{item_id}/price")
def price(item_id: int, session: Session = Depends(get_session)):
    price = httpx.get("https://prices.example.com", timeout=3).json()
    return {"item": session.get(Item, item_id), "price": price}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Outbound calls made with a connection in hand."""
        if "sqlalchemy" not in context.tree.imports and "flask_sqlalchemy" not in context.tree.imports:
            return
        for run in context.runs:
            for event in run.events:
                if isinstance(event, Called) and event.is_connected and not event.holds:
                    message = "a call to another system is made while the request keeps a pooled database connection"
                    yield Hit(event.node, event.scope, message, operations_of(run))
