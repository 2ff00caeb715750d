from fastapi import FastAPI, HTTPException
from shop.database import User, open_session

app = FastAPI()


@app.get("/users/{user_id}")
def show(user_id: int):
    with open_session() as db:
        user = db.get(User, user_id)
        if user is None:
            raise HTTPException(404)
        return user  # all columns, the hash of the password among them
