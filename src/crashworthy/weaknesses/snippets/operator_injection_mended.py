from flask import Flask, abort, request
from pymongo import MongoClient
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)
users = MongoClient("mongodb://db.internal")["shop"]["users"]
NOBODY = {"name": "", "password": generate_password_hash("nobody has this password")}


@app.post("/login")
def login():
    user = users.find_one({"name": request.form.get("name", "")}) or NOBODY  # a form holds nothing but text
    if not check_password_hash(user["password"], request.form.get("password", "")) or user is NOBODY:
        abort(401)
    return {"name": user["name"]}
