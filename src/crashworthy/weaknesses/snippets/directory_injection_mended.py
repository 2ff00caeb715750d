from flask import Flask, request
from ldap3 import Connection, Server
from ldap3.utils.conv import escape_filter_chars

app = Flask(__name__)


@app.get("/people")
def people():
    connection = Connection(Server("ldap.internal", connect_timeout=3), auto_bind=True, receive_timeout=3)
    name = escape_filter_chars(request.args.get("name", ""))
    connection.search("dc=example,dc=com", f"(cn={name})", attributes=["mail"])
    return {"found": len(connection.entries)}
