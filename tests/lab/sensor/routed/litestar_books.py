from dataclasses import dataclass
from uuid import UUID

from litestar import Controller, Litestar, Router, delete, get, post

# GET /books                   -
# POST /books                  -
# GET /books/{book}            book: uuid
# DELETE /shelf/{number}       number: integer


@dataclass
class Book:
    title: str
    pages: int


class Books(Controller):
    path = "/books"

    @get()
    async def listing(self) -> list[Book]:
        return []

    @post()
    async def add(self, data: Book) -> Book:
        return data

    @get("/{book:uuid}")
    async def show(self, book: UUID) -> Book:
        return Book("", 1)


@delete("/{number:int}")
async def clear(number: int) -> None:
    return None


application = Litestar(route_handlers=[Books, Router("/shelf", route_handlers=[clear])])
