"""The login asks the database for whatever the body holds."""

import mongomock
from flask import Flask, abort, jsonify, request

app = Flask(__name__)
users = mongomock.MongoClient()["shop"]["users"]
users.insert_one({"name": "ada", "password": "tulip-4471"})


@app.post("/login")
def login():
    data = request.get_json()
    user = users.find_one({"name": data["name"], "password": data["password"]})
    if user is None:
        abort(401)
    return jsonify(name=user["name"])
