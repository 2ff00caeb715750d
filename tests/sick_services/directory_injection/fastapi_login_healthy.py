"""Names with other characters than letters are refused."""

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
    if not body.name.isalpha():
        raise HTTPException(400)
    connection = ldap3.Connection(server, client_strategy=ldap3.MOCK_SYNC)
    connection.strategy.add_entry(f"cn=ada,{PEOPLE}", {"objectClass": "person", "cn": "ada"})
    connection.bind()
    connection.search(PEOPLE, f"(cn={body.name})")
    if not connection.entries:
        raise HTTPException(401)
    return {"name": body.name}
