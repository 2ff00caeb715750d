from flask import Flask, abort, request
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
db = SQLAlchemy(app)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), nullable=False)
    is_admin = db.Column(db.Boolean, default=False)


@app.post("/users")
def sign_up():
    body = request.get_json()
    if not isinstance(body, dict) or not isinstance(body.get("name"), str):
        abort(400)
    user = User(name=body["name"])  # each field that callers may set is named
    db.session.add(user)
    db.session.commit()
    return {"id": user.id}, 201
