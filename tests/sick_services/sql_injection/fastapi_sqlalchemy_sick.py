"""Changes the columns that the body names, whatever they are called."""

from fastapi import Body, FastAPI, HTTPException
from sqlalchemy import create_engine, text

app = FastAPI()
engine = create_engine("sqlite:///users.db")

with engine.begin() as connection:
    connection.execute(text("CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT, city TEXT)"))


@app.post("/users", status_code=201)
def create(data: dict = Body()):
    with engine.begin() as connection:
        made = connection.execute(
            text("INSERT INTO users (name, city) VALUES (:name, :city)"),
            {"name": data.get("name"), "city": data.get("city")},
        )
        return {"id": made.lastrowid}


@app.patch("/users/{user_id}")
def change(user_id: int, data: dict = Body()):
    changes = ", ".join(f"{name} = :{name}" for name in data)
    with engine.begin() as connection:
        done = connection.execute(text(f"UPDATE users SET {changes} WHERE id = :id"), {**data, "id": user_id})
    if not done.rowcount:
        raise HTTPException(404)
    return {"id": user_id}
