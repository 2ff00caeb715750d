"""The body's values are compared as they are, and noted down."""

import mongomock
from flask import Flask, abort, jsonify, request

app = Flask(__name__)
users = mongomock.MongoClient()["shop"]["users"]
notes = mongomock.MongoClient()["shop"]["notes"]
users.insert_one({"name": "ada", "password": "tulip-4471"})


@app.post("/login")
def login():
    data = request.get_json()
    notes.insert_one({"asked": data["name"]})
    user = users.find_one({"name": {"$eq": data["name"]}, "password": {"$eq": data["password"]}})
    if user is None:
        abort(401)
    return jsonify(name=user["name"])
