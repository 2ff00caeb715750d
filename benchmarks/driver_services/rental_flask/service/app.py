"""Holiday rental bookings: Flask, marshmallow, sqlite3. Guests confirm their e-mail address before they book."""
import logging
import os
import random
import sqlite3
import uuid
from datetime import date, timedelta

from flask import Blueprint, Flask, g, jsonify, request
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from werkzeug.security import check_password_hash, generate_password_hash

logging.basicConfig(level=logging.INFO)
log = logging.getLogger("rental")
DB = os.environ.get("RENTAL_DB", "rental.db")
api = Blueprint("api", __name__, url_prefix="/api/v2")


def db():
    if "db" not in g:
        g.db = sqlite3.connect(DB)
        g.db.row_factory = sqlite3.Row
    return g.db


def init():
    with sqlite3.connect(DB) as connection:
        connection.executescript(
            """
            CREATE TABLE IF NOT EXISTS guests (
                id TEXT PRIMARY KEY, email TEXT UNIQUE NOT NULL, phone TEXT NOT NULL, country TEXT NOT NULL,
                pw TEXT NOT NULL, code TEXT NOT NULL, verified INTEGER NOT NULL DEFAULT 0, token TEXT);
            CREATE TABLE IF NOT EXISTS homes (
                id TEXT PRIMARY KEY, host TEXT NOT NULL REFERENCES guests(id), name TEXT NOT NULL,
                sleeps INTEGER NOT NULL CHECK (sleeps BETWEEN 1 AND 16), nightly REAL NOT NULL CHECK (nightly > 0),
                lat REAL, lon REAL);
            CREATE TABLE IF NOT EXISTS stays (
                id TEXT PRIMARY KEY, home TEXT NOT NULL REFERENCES homes(id), guest TEXT NOT NULL REFERENCES guests(id),
                check_in TEXT NOT NULL, check_out TEXT NOT NULL, people INTEGER NOT NULL,
                state TEXT NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'confirmed', 'cancelled')));
            """
        )


class GuestSchema(Schema):
    email = fields.Email(required=True)
    phone = fields.Str(required=True, validate=validate.Regexp(r"^\+[1-9]\d{7,14}$", error="Use E.164 format"))
    country = fields.Str(required=True, validate=validate.Length(equal=2))
    password = fields.Str(required=True, load_only=True, validate=validate.Length(min=10))
    confirm_password = fields.Str(required=True, load_only=True)

    @validates_schema
    def passwords_match(self, data, **kwargs):
        if data["password"] != data["confirm_password"]:
            raise ValidationError("Passwords must match", "confirm_password")


class HomeSchema(Schema):
    name = fields.Str(required=True, validate=validate.Length(3, 80))
    sleeps = fields.Int(required=True, validate=validate.Range(1, 16))
    nightly = fields.Float(required=True, validate=validate.Range(min=1))
    location = fields.Nested(Schema.from_dict({"lat": fields.Float(required=True), "lon": fields.Float(required=True)}))


class StaySchema(Schema):
    check_in = fields.Date(required=True)
    check_out = fields.Date(required=True)
    people = fields.Int(required=True, validate=validate.Range(min=1))

    @validates_schema
    def sensible_dates(self, data, **kwargs):
        if data["check_in"] <= date.today():
            raise ValidationError("Must be in the future", "check_in")
        if data["check_out"] <= data["check_in"]:
            raise ValidationError("Must be after check_in", "check_out")
        if data["check_out"] - data["check_in"] > timedelta(days=28):
            raise ValidationError("28 nights at most", "check_out")


def loaded(schema):
    return schema.load(request.get_json(silent=True) or {})


@api.errorhandler(ValidationError)
def invalid(error):
    return jsonify(errors=error.messages), 422


def fail(status, message):
    response = jsonify(message=message)
    response.status_code = status
    return response


@api.before_request
def identify():
    g.guest = None
    token = request.headers.get("X-Auth-Token")
    if token:
        g.guest = db().execute("SELECT * FROM guests WHERE token = ?", (token,)).fetchone()
    if request.endpoint not in ("api.register", "api.verify", "api.login", "api.list_homes") and g.guest is None:
        return fail(401, "X-Auth-Token is missing or wrong")


@api.post("/guests")
def register():
    data = loaded(GuestSchema())
    code = f"{random.randint(0, 999999):06d}"
    guest_id = str(uuid.uuid4())
    try:
        db().execute(
            "INSERT INTO guests (id, email, phone, country, pw, code) VALUES (?, ?, ?, ?, ?, ?)",
            (guest_id, data["email"], data["phone"], data["country"],
             generate_password_hash(data["password"], "pbkdf2:sha256:5000"), code),
        )
    except sqlite3.IntegrityError:
        return fail(409, "email is already registered")
    db().commit()
    log.info("verification code for %s: %s", data["email"], code)
    return jsonify(id=guest_id, email=data["email"]), 201


@api.post("/guests/verify")
def verify():
    data = request.get_json(silent=True) or {}
    row = db().execute("SELECT * FROM guests WHERE email = ?", (data.get("email"),)).fetchone()
    if row is None or row["code"] != data.get("code"):
        return fail(400, "wrong code")
    db().execute("UPDATE guests SET verified = 1 WHERE id = ?", (row["id"],))
    db().commit()
    return jsonify(verified=True)


@api.post("/login")
def login():
    data = request.get_json(silent=True) or {}
    row = db().execute("SELECT * FROM guests WHERE email = ?", (data.get("email"),)).fetchone()
    if row is None or not check_password_hash(row["pw"], data.get("password", "")):
        return fail(401, "wrong email or password")
    token = uuid.uuid4().hex
    db().execute("UPDATE guests SET token = ? WHERE id = ?", (token, row["id"]))
    db().commit()
    return jsonify(data={"auth_token": token, "verified": bool(row["verified"])})


@api.get("/homes")
def list_homes():
    sleeps = request.args.get("sleeps", default=1, type=int)
    rows = db().execute("SELECT id, name, sleeps, nightly FROM homes WHERE sleeps >= ?", (sleeps,)).fetchall()
    return jsonify(data=[dict(row) for row in rows])


@api.post("/homes")
def create_home():
    data = loaded(HomeSchema())
    home_id = str(uuid.uuid4())
    place = data.get("location") or {}
    db().execute("INSERT INTO homes VALUES (?, ?, ?, ?, ?, ?, ?)",
                 (home_id, g.guest["id"], data["name"], data["sleeps"], data["nightly"], place.get("lat"), place.get("lon")))
    db().commit()
    return jsonify(data={"id": home_id, **data}), 201


@api.get("/homes/<uuid:home_id>")
def show_home(home_id):
    row = db().execute("SELECT * FROM homes WHERE id = ?", (str(home_id),)).fetchone()
    return jsonify(data=dict(row)) if row else fail(404, "no such home")


@api.post("/homes/<uuid:home_id>/stays")
def request_stay(home_id):
    if not g.guest["verified"]:
        return fail(403, "verify your email address first")
    data = loaded(StaySchema())
    home = db().execute("SELECT * FROM homes WHERE id = ?", (str(home_id),)).fetchone()
    if home is None:
        return fail(404, "no such home")
    if data["people"] > home["sleeps"]:
        return fail(422, f"this home sleeps {home['sleeps']}")
    overlap = db().execute(
        "SELECT 1 FROM stays WHERE home = ? AND state != 'cancelled' AND check_in < ? AND check_out > ?",
        (str(home_id), data["check_out"].isoformat(), data["check_in"].isoformat()),
    ).fetchone()
    if overlap:
        return fail(409, "the home is taken on these dates")
    stay_id = str(uuid.uuid4())
    db().execute("INSERT INTO stays (id, home, guest, check_in, check_out, people) VALUES (?, ?, ?, ?, ?, ?)",
                 (stay_id, str(home_id), g.guest["id"], data["check_in"].isoformat(), data["check_out"].isoformat(),
                  data["people"]))
    db().commit()
    return jsonify(data={"id": stay_id, "state": "requested"}), 201


@api.get("/stays")
def my_stays():
    rows = db().execute("SELECT * FROM stays WHERE guest = ?", (g.guest["id"],)).fetchall()
    return jsonify(data=[dict(row) for row in rows])


@api.post("/stays/<uuid:stay_id>/confirm")
def confirm_stay(stay_id):
    row = db().execute("SELECT s.*, h.host FROM stays s JOIN homes h ON h.id = s.home WHERE s.id = ?",
                       (str(stay_id),)).fetchone()
    if row is None:
        return fail(404, "no such stay")
    if row["host"] != g.guest["id"]:
        return fail(403, "only the host can confirm")
    if row["state"] != "requested":
        return fail(409, f"stay is {row['state']}")
    db().execute("UPDATE stays SET state = 'confirmed' WHERE id = ?", (str(stay_id),))
    db().commit()
    return jsonify(data={"id": str(stay_id), "state": "confirmed"})


@api.delete("/stays/<uuid:stay_id>")
def cancel_stay(stay_id):
    changed = db().execute("UPDATE stays SET state = 'cancelled' WHERE id = ? AND guest = ? AND state != 'cancelled'",
                           (str(stay_id), g.guest["id"])).rowcount
    db().commit()
    return ("", 204) if changed else fail(404, "no such stay")


app = Flask(__name__)
app.register_blueprint(api)
init()


@app.teardown_appcontext
def close(_):
    connection = g.pop("db", None)
    if connection:
        connection.close()


if __name__ == "__main__":
    app.run(debug=os.environ.get("DEBUG") == "1")
