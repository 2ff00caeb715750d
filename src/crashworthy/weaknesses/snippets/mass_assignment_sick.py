from flask import Flask, request
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
    user = User(**request.get_json())  # {"name": "eve", "is_admin": true}
    db.session.add(user)
    db.session.commit()
    return {"id": user.id}, 201
