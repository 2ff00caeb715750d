from flask import Flask, abort, request
from pymongo import MongoClient
from werkzeug.security import check_password_hash

app = Flask(__name__)
users = MongoClient("mongodb://db.internal")["shop"]["users"]


@app.post("/login")
def login():
    user = users.find_one({"name": request.form.get("name", "")})  # a form holds nothing but text
    if user is None or not check_password_hash(user["password"], request.form.get("password", "")):
        abort(401)
    return {"name": user["name"]}
