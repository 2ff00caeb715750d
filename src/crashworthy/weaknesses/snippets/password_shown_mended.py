from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from shop.database import User, open_session

app = FastAPI()


class PublicUser(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str


@app.get("/users/{user_id}", response_model=PublicUser)
def show(user_id: int):
    with open_session() as db:
        user = db.get(User, user_id)
        if user is None:
            raise HTTPException(404)
        return PublicUser.model_validate(user)
