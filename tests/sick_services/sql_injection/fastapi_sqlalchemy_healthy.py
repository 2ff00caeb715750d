"""Changes known columns only; one query is built with literals that SQLAlchemy writes itself."""

from fastapi import Body, FastAPI, HTTPException
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, select, text

app = FastAPI()
engine = create_engine("sqlite:///users.db")
metadata = MetaData()
users = Table(
    "users", metadata, Column("id", Integer, primary_key=True), Column("name", String), Column("city", String)
)
metadata.create_all(engine)


@app.post("/users", status_code=201)
def create(data: dict = Body()):
    values = {name: str(data.get(name)) for name in ("name", "city")}
    with engine.begin() as connection:
        made = connection.execute(users.insert().values(**values))
        return {"id": made.lastrowid}


@app.patch("/users/{user_id}")
def change(user_id: int, data: dict = Body()):
    values = {name: str(value) for name, value in data.items() if name in {"name", "city"}}
    if not values:
        raise HTTPException(422)
    with engine.begin() as connection:
        done = connection.execute(users.update().where(users.c.id == user_id).values(**values))
        for value in values.values():
            query = select(users.c.id).where(users.c.name == value)
            compiled = str(query.compile(engine, compile_kwargs={"literal_binds": True}))
            connection.execute(text(compiled.replace(":", r"\:")))
    if not done.rowcount:
        raise HTTPException(404)
    return {"id": user_id}
