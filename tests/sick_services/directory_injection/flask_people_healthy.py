"""A name is escaped."""

import ldap3
from flask import Flask, request
from ldap3.utils.conv import escape_filter_chars

app = Flask(__name__)
server = ldap3.Server("directory")
PEOPLE = "ou=people,dc=example,dc=com"


def connected():
    connection = ldap3.Connection(server, client_strategy=ldap3.MOCK_SYNC)
    connection.strategy.add_entry(f"cn=ada,{PEOPLE}", {"objectClass": "person", "cn": "ada", "mail": "ada@example.com"})
    connection.bind()
    return connection


@app.get("/people")
def people():
    connection = connected()
    name = escape_filter_chars(request.args.get("name", "ada"))
    connection.search(PEOPLE, f"(&(objectClass=person)(cn={name}))", attributes=["mail"])
    return {"found": len(connection.entries)}
