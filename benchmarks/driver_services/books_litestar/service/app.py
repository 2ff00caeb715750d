"""A reading tracker on Litestar: an API key per reader, shelves, books, progress."""
from __future__ import annotations

import secrets
import sqlite3
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from typing import Annotated, Any

from litestar import Controller, Litestar, Request, delete, get, patch, post, put
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.exceptions import ClientException, NotAuthorizedException, NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.params import Parameter
from litestar.status_codes import HTTP_200_OK

DATABASE = "reading.db"


class Status(str, Enum):
    WANTED = "wanted"
    READING = "reading"
    FINISHED = "finished"


@dataclass
class NewReader:
    display_name: str
    email: str


@dataclass
class NewShelf:
    title: str
    public: bool = False


@dataclass
class NewBook:
    isbn: str
    title: str
    pages: int
    shelf_id: int
    published: date | None = None


@dataclass
class Progress:
    page: int


@dataclass
class Review:
    stars: int
    text: str


def connect() -> sqlite3.Connection:
    connection = sqlite3.connect(DATABASE, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def init_db() -> None:
    with connect() as db:
        db.executescript(
            """
            CREATE TABLE IF NOT EXISTS readers (
                id INTEGER PRIMARY KEY, display_name TEXT NOT NULL, email TEXT NOT NULL UNIQUE, api_key TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS shelves (
                id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers(id),
                title TEXT NOT NULL, public INTEGER NOT NULL DEFAULT 0);
            CREATE TABLE IF NOT EXISTS books (
                id INTEGER PRIMARY KEY, shelf_id INTEGER NOT NULL REFERENCES shelves(id) ON DELETE CASCADE,
                isbn TEXT NOT NULL, title TEXT NOT NULL, pages INTEGER NOT NULL, published TEXT,
                page INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT 'wanted',
                stars INTEGER, review TEXT);
            """
        )


def valid_isbn13(text: str) -> bool:
    digits = text.replace("-", "")
    if len(digits) != 13 or not digits.isdigit():
        return False
    return sum(int(d) * (1 if i % 2 == 0 else 3) for i, d in enumerate(digits)) % 10 == 0


def provide_db() -> sqlite3.Connection:
    return connect()


def require_key(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    key = connection.headers.get("x-reader-key")
    if not key:
        raise NotAuthorizedException("Send your key in X-Reader-Key")
    row = connect().execute("SELECT * FROM readers WHERE api_key = ?", (key,)).fetchone()
    if row is None:
        raise NotAuthorizedException("Unknown key")
    connection.scope["state"]["reader"] = dict(row)


@post("/readers")
async def create_reader(data: NewReader, db: sqlite3.Connection) -> dict[str, Any]:
    if "@" not in data.email:
        raise ClientException("email must be a valid address")
    key = secrets.token_urlsafe(24)
    try:
        cursor = db.execute(
            "INSERT INTO readers (display_name, email, api_key) VALUES (?, ?, ?)", (data.display_name, data.email, key)
        )
    except sqlite3.IntegrityError:
        raise ClientException("email is already in use", status_code=409) from None
    return {"id": cursor.lastrowid, "display_name": data.display_name, "api_key": key}


@get("/ping", media_type="text/plain")
async def ping() -> str:
    return "pong"


class ShelfController(Controller):
    path = "/shelves"
    guards = [require_key]

    @staticmethod
    def own(request: Request, db: sqlite3.Connection, shelf_id: int) -> dict[str, Any]:
        row = db.execute(
            "SELECT * FROM shelves WHERE id = ? AND reader_id = ?", (shelf_id, request.state.reader["id"])
        ).fetchone()
        if row is None:
            raise NotFoundException("No such shelf")
        return dict(row)

    @get()
    async def index(self, request: Request, db: sqlite3.Connection) -> list[dict[str, Any]]:
        rows = db.execute("SELECT * FROM shelves WHERE reader_id = ?", (request.state.reader["id"],))
        return [dict(row) for row in rows]

    @post()
    async def create(self, request: Request, data: NewShelf, db: sqlite3.Connection) -> dict[str, Any]:
        cursor = db.execute(
            "INSERT INTO shelves (reader_id, title, public) VALUES (?, ?, ?)",
            (request.state.reader["id"], data.title, data.public),
        )
        return {"id": cursor.lastrowid, **asdict(data)}

    @put("/{shelf_id:int}")
    async def replace(self, request: Request, shelf_id: int, data: NewShelf, db: sqlite3.Connection) -> dict[str, Any]:
        self.own(request, db, shelf_id)
        db.execute("UPDATE shelves SET title = ?, public = ? WHERE id = ?", (data.title, data.public, shelf_id))
        return {"id": shelf_id, **asdict(data)}

    @delete("/{shelf_id:int}")
    async def remove(self, request: Request, shelf_id: int, db: sqlite3.Connection) -> None:
        self.own(request, db, shelf_id)
        db.execute("DELETE FROM shelves WHERE id = ?", (shelf_id,))


class BookController(Controller):
    path = "/books"
    guards = [require_key]

    @staticmethod
    def own(request: Request, db: sqlite3.Connection, book_id: int) -> dict[str, Any]:
        row = db.execute(
            "SELECT b.* FROM books b JOIN shelves s ON s.id = b.shelf_id WHERE b.id = ? AND s.reader_id = ?",
            (book_id, request.state.reader["id"]),
        ).fetchone()
        if row is None:
            raise NotFoundException("No such book")
        return dict(row)

    @get()
    async def index(
        self,
        request: Request,
        db: sqlite3.Connection,
        status: Status | None = None,
        page_size: Annotated[int, Parameter(ge=1, le=100, query="pageSize")] = 20,
    ) -> list[dict[str, Any]]:
        rows = db.execute(
            "SELECT b.* FROM books b JOIN shelves s ON s.id = b.shelf_id "
            "WHERE s.reader_id = ? AND (? IS NULL OR b.status = ?) LIMIT ?",
            (request.state.reader["id"], status and status.value, status and status.value, page_size),
        )
        return [dict(row) for row in rows]

    @post()
    async def create(self, request: Request, data: NewBook, db: sqlite3.Connection) -> dict[str, Any]:
        if not valid_isbn13(data.isbn):
            raise ClientException("isbn must be a valid ISBN-13")
        if data.pages < 1:
            raise ClientException("pages must be positive")
        ShelfController.own(request, db, data.shelf_id)
        cursor = db.execute(
            "INSERT INTO books (shelf_id, isbn, title, pages, published) VALUES (?, ?, ?, ?, ?)",
            (data.shelf_id, data.isbn, data.title, data.pages, data.published and data.published.isoformat()),
        )
        return self.own(request, db, cursor.lastrowid)

    @get("/{book_id:int}")
    async def show(self, request: Request, book_id: int, db: sqlite3.Connection) -> dict[str, Any]:
        return self.own(request, db, book_id)

    @patch("/{book_id:int}/progress")
    async def progress(self, request: Request, book_id: int, data: Progress, db: sqlite3.Connection) -> dict[str, Any]:
        book = self.own(request, db, book_id)
        if not 0 < data.page <= book["pages"]:
            raise ClientException(f"page must be between 1 and {book['pages']}")
        status = Status.FINISHED if data.page == book["pages"] else Status.READING
        db.execute("UPDATE books SET page = ?, status = ? WHERE id = ?", (data.page, status.value, book_id))
        return self.own(request, db, book_id)

    @post("/{book_id:int}/review", status_code=HTTP_200_OK)
    async def review(self, request: Request, book_id: int, data: Review, db: sqlite3.Connection) -> dict[str, Any]:
        book = self.own(request, db, book_id)
        if book["status"] != Status.FINISHED.value:
            raise ClientException("Finish the book before you review it", status_code=409)
        if not 1 <= data.stars <= 5:
            raise ClientException("stars must be from 1 to 5")
        db.execute("UPDATE books SET stars = ?, review = ? WHERE id = ?", (data.stars, data.text, book_id))
        return self.own(request, db, book_id)

    @delete("/{book_id:int}")
    async def remove(self, request: Request, book_id: int, db: sqlite3.Connection) -> None:
        self.own(request, db, book_id)
        db.execute("DELETE FROM books WHERE id = ?", (book_id,))


app = Litestar(
    route_handlers=[ping, create_reader, ShelfController, BookController],
    on_startup=[init_db],
    dependencies={"db": Provide(provide_db, sync_to_thread=False)},
    openapi_config=OpenAPIConfig(title="Reading tracker", version="0.1.0"),
    signature_types=[sqlite3.Connection],
)
