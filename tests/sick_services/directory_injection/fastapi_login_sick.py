"""Who logs in is looked for by a filter made of the name."""

import ldap3
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
server = ldap3.Server("directory")
PEOPLE = "ou=people,dc=example,dc=com"


class Login(BaseModel):
    name: str
    password: str


@app.post("/login")
def login(body: Login):
    connection = ldap3.Connection(server, client_strategy=ldap3.MOCK_SYNC)
    connection.strategy.add_entry(f"cn=ada,{PEOPLE}", {"objectClass": "person", "cn": "ada"})
    connection.bind()
    connection.search(PEOPLE, "(cn=" + body.name + ")")
    if not connection.entries:
        raise HTTPException(401)
    return {"name": body.name}
