from flask import Flask, abort, request
from pymongo import MongoClient

app = Flask(__name__)
users = MongoClient("mongodb://db.internal")["shop"]["users"]


@app.post("/login")
def login():
    data = request.get_json()
    user = users.find_one({"name": data["name"], "password": data["password"]})  # {"$ne": ""} passes
    return {"name": user["name"]} if user else abort(401)
