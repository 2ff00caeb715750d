import re

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Team(BaseModel):
    # Each word begins with a separator of its own, so that a name can be read in one way only.
    name: str = Field(max_length=60, pattern=r"^[a-zA-Z0-9]+([ -][a-zA-Z0-9]+)*$")


@app.post("/teams", status_code=201)
def create_team(team: Team):
    return {"created": True, "words": len(re.split("[ -]", team.name))}
