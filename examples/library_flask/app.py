import csv
import io
import os
import secrets
from datetime import date, datetime, timedelta
from functools import wraps

from flask import Flask, Response, g, jsonify, request
from werkzeug.security import check_password_hash, generate_password_hash

from db import close_db, get_db, init_db, query_all, query_one

LOAN_DAYS = int(os.environ.get("LOAN_DAYS", "14"))
MAX_LOANS = int(os.environ.get("MAX_LOANS", "5"))
MAX_RENEWALS = 2
FINE_PER_DAY_CENTS = int(os.environ.get("FINE_PER_DAY_CENTS", "25"))

app = Flask(__name__)
app.teardown_appcontext(close_db)
init_db()


def error(message, status=400):
    return jsonify({"error": message}), status


def login_required(view):
    @wraps(view)
    def wrapper(*args, **kwargs):
        header = request.headers.get("Authorization", "")
        token = header.removeprefix("Bearer ").strip()
        member = query_one(
            "SELECT m.* FROM members m JOIN tokens t ON t.member_id = m.id WHERE t.token = ?",
            (token,),
        )
        if member is None:
            return error("Login required", 401)
        g.member = member
        return view(*args, **kwargs)

    return wrapper


def librarian_required(view):
    @wraps(view)
    @login_required
    def wrapper(*args, **kwargs):
        if not g.member["is_librarian"]:
            return error("Librarian only", 403)
        return view(*args, **kwargs)

    return wrapper


def member_json(member):
    return {
        "id": member["id"],
        "username": member["username"],
        "email": member["email"],
        "is_librarian": bool(member["is_librarian"]),
        "credit_cents": member["credit_cents"],
    }


# Accounts


@app.post("/signup")
def signup():
    data = request.get_json()
    username = data.get("username", "").strip()
    password = data.get("password", "")
    if not username or not password:
        return error("username and password are required")
    if len(password) < 8:
        return error("password must be at least 8 characters")
    if query_one("SELECT id FROM members WHERE username = ?", (username,)):
        return error("username is taken", 409)
    db = get_db()
    cur = db.execute(
        "INSERT INTO members (username, email, password_hash, created_at) VALUES (?, ?, ?, ?)",
        (username, data.get("email"), generate_password_hash(password), datetime.now().isoformat()),
    )
    db.commit()
    member = query_one("SELECT * FROM members WHERE id = ?", (cur.lastrowid,))
    return jsonify(member_json(member)), 201


@app.post("/login")
def login():
    data = request.get_json()
    member = query_one("SELECT * FROM members WHERE username = ?", (data.get("username"),))
    if member is None or not check_password_hash(member["password_hash"], data.get("password", "")):
        return error("wrong username or password", 401)
    token = secrets.token_hex(24)
    db = get_db()
    db.execute(
        "INSERT INTO tokens (token, member_id, created_at) VALUES (?, ?, ?)",
        (token, member["id"], datetime.now().isoformat()),
    )
    db.commit()
    return jsonify({"token": token, "member": member_json(member)})


@app.get("/me")
@login_required
def me():
    fines = query_all(
        "SELECT id, loan_id, amount_cents FROM fines WHERE member_id = ? AND paid = 0", (g.member["id"],)
    )
    return jsonify({**member_json(g.member), "unpaid_fines": [dict(f) for f in fines]})


@app.post("/members/<int:member_id>/credit")
@librarian_required
def add_credit(member_id):
    amount = request.get_json().get("amount_cents")
    if not isinstance(amount, int) or amount <= 0:
        return error("amount_cents must be a positive integer")
    member = query_one("SELECT * FROM members WHERE id = ?", (member_id,))
    if member is None:
        return error("member not found", 404)
    new_credit = member["credit_cents"] + amount
    db = get_db()
    db.execute("UPDATE members SET credit_cents = ? WHERE id = ?", (new_credit, member_id))
    db.commit()
    return jsonify({"member_id": member_id, "credit_cents": new_credit})


# Books


@app.get("/books")
def list_books():
    q = request.args.get("q", "")
    page = int(request.args.get("page", 1))
    per_page = int(request.args.get("per_page", 20))
    rows = query_all(
        "SELECT * FROM books WHERE title LIKE ? OR author LIKE ? ORDER BY title LIMIT ? OFFSET ?",
        (f"%{q}%", f"%{q}%", per_page, (page - 1) * per_page),
    )
    return jsonify([dict(r) for r in rows])


@app.post("/books")
@librarian_required
def add_book():
    data = request.get_json()
    for field in ("isbn", "title", "author"):
        if not data.get(field):
            return error(f"{field} is required")
    copies = int(data.get("copies", 1))
    db = get_db()
    cur = db.execute(
        "INSERT INTO books (isbn, title, author, year, copies_total, copies_available)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (data["isbn"], data["title"], data["author"], data.get("year"), copies, copies),
    )
    db.commit()
    book = query_one("SELECT * FROM books WHERE id = ?", (cur.lastrowid,))
    return jsonify(dict(book)), 201


# Loans


@app.post("/books/<int:book_id>/borrow")
@login_required
def borrow(book_id):
    book = query_one("SELECT * FROM books WHERE id = ?", (book_id,))
    if book is None:
        return error("book not found", 404)
    unpaid = query_one("SELECT COUNT(*) AS n FROM fines WHERE member_id = ? AND paid = 0", (g.member["id"],))
    if unpaid["n"]:
        return error("pay your fines first", 403)
    active = query_one(
        "SELECT COUNT(*) AS n FROM loans WHERE member_id = ? AND returned_at IS NULL", (g.member["id"],)
    )
    if active["n"] >= MAX_LOANS:
        return error(f"at most {MAX_LOANS} loans at a time", 409)
    if book["copies_available"] < 1:
        return error("no copies available", 409)

    due = date.today() + timedelta(days=LOAN_DAYS)
    db = get_db()
    left = book["copies_available"] - 1
    db.execute("UPDATE books SET copies_available = ? WHERE id = ?", (left, book_id))
    cur = db.execute(
        "INSERT INTO loans (book_id, member_id, borrowed_at, due_date) VALUES (?, ?, ?, ?)",
        (book_id, g.member["id"], datetime.now().isoformat(), due.isoformat()),
    )
    db.execute(
        "UPDATE reservations SET status = 'fulfilled' WHERE book_id = ? AND member_id = ? AND status = 'waiting'",
        (book_id, g.member["id"]),
    )
    db.commit()
    return jsonify({"loan_id": cur.lastrowid, "due_date": due.isoformat()}), 201


def own_loan(loan_id):
    loan = query_one("SELECT * FROM loans WHERE id = ?", (loan_id,))
    if loan is None or (loan["member_id"] != g.member["id"] and not g.member["is_librarian"]):
        return None
    return loan


@app.post("/loans/<int:loan_id>/return")
@login_required
def return_loan(loan_id):
    loan = own_loan(loan_id)
    if loan is None:
        return error("loan not found", 404)
    if loan["returned_at"]:
        return error("already returned", 409)

    days_late = (date.today() - date.fromisoformat(loan["due_date"])).days
    db = get_db()
    db.execute("UPDATE loans SET returned_at = ? WHERE id = ?", (datetime.now().isoformat(), loan_id))
    db.execute("UPDATE books SET copies_available = copies_available + 1 WHERE id = ?", (loan["book_id"],))
    fine = 0
    if days_late > 0:
        fine = days_late * FINE_PER_DAY_CENTS
        db.execute(
            "INSERT INTO fines (loan_id, member_id, amount_cents) VALUES (?, ?, ?)",
            (loan_id, loan["member_id"], fine),
        )
    db.commit()
    return jsonify({"loan_id": loan_id, "fine_cents": fine})


@app.post("/loans/<int:loan_id>/renew")
@login_required
def renew_loan(loan_id):
    loan = own_loan(loan_id)
    if loan is None:
        return error("loan not found", 404)
    if loan["returned_at"]:
        return error("already returned", 409)
    if loan["renewals"] >= MAX_RENEWALS:
        return error("no renewals left", 409)
    if query_one("SELECT id FROM reservations WHERE book_id = ? AND status = 'waiting'", (loan["book_id"],)):
        return error("book is reserved by another member", 409)
    data = request.get_json(silent=True) or {}
    days = int(data.get("days", LOAN_DAYS))
    due = date.fromisoformat(loan["due_date"]) + timedelta(days=days)
    db = get_db()
    db.execute(
        "UPDATE loans SET due_date = ?, renewals = ? WHERE id = ?",
        (due.isoformat(), loan["renewals"] + 1, loan_id),
    )
    db.commit()
    return jsonify({"loan_id": loan_id, "due_date": due.isoformat()})


@app.get("/loans")
@login_required
def list_loans():
    sql = "SELECT l.*, b.title FROM loans l JOIN books b ON b.id = l.book_id WHERE l.member_id = ? ORDER BY l.id"
    rows = query_all(sql, (g.member["id"],))
    return jsonify([dict(r) for r in rows])


# Reservations


@app.post("/books/<int:book_id>/reserve")
@login_required
def reserve(book_id):
    book = query_one("SELECT * FROM books WHERE id = ?", (book_id,))
    if book is None:
        return error("book not found", 404)
    if book["copies_available"] > 0:
        return error("copies are available, borrow it instead", 409)
    existing = query_one(
        "SELECT id FROM reservations WHERE book_id = ? AND member_id = ? AND status = 'waiting'",
        (book_id, g.member["id"]),
    )
    if existing:
        return error("already reserved", 409)
    db = get_db()
    cur = db.execute(
        "INSERT INTO reservations (book_id, member_id, created_at) VALUES (?, ?, ?)",
        (book_id, g.member["id"], datetime.now().isoformat()),
    )
    db.commit()
    position = query_one(
        "SELECT COUNT(*) AS n FROM reservations WHERE book_id = ? AND status = 'waiting'", (book_id,)
    )
    return jsonify({"reservation_id": cur.lastrowid, "position": position["n"]}), 201


@app.delete("/reservations/<int:reservation_id>")
@login_required
def cancel_reservation(reservation_id):
    db = get_db()
    cur = db.execute(
        "UPDATE reservations SET status = 'cancelled' WHERE id = ? AND member_id = ? AND status = 'waiting'",
        (reservation_id, g.member["id"]),
    )
    db.commit()
    if cur.rowcount == 0:
        return error("reservation not found", 404)
    return "", 204


# Fines and reports


@app.post("/fines/<int:fine_id>/pay")
@login_required
def pay_fine(fine_id):
    fine = query_one("SELECT * FROM fines WHERE id = ? AND member_id = ?", (fine_id, g.member["id"]))
    if fine is None:
        return error("fine not found", 404)
    if fine["paid"]:
        return error("already paid", 409)
    if g.member["credit_cents"] < fine["amount_cents"]:
        return error("not enough credit", 402)
    new_credit = g.member["credit_cents"] - fine["amount_cents"]
    db = get_db()
    db.execute("UPDATE fines SET paid = 1 WHERE id = ?", (fine_id,))
    db.execute("UPDATE members SET credit_cents = ? WHERE id = ?", (new_credit, g.member["id"]))
    db.commit()
    return jsonify({"fine_id": fine_id, "credit_cents": new_credit})


@app.get("/reports/loans.csv")
@librarian_required
def loans_report():
    start = request.args.get("from", "0000-01-01")
    end = request.args.get("to", date.today().isoformat())
    rows = query_all(
        "SELECT l.id, b.isbn, b.title, m.username, l.borrowed_at, l.due_date, l.returned_at"
        " FROM loans l JOIN books b ON b.id = l.book_id JOIN members m ON m.id = l.member_id"
        " WHERE date(l.borrowed_at) BETWEEN ? AND ? ORDER BY l.id",
        (start, end),
    )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["loan_id", "isbn", "title", "member", "borrowed_at", "due_date", "returned_at", "days_late"])
    for r in rows:
        last_day = date.fromisoformat(r["returned_at"][:10]) if r["returned_at"] else date.today()
        days_late = max((last_day - date.fromisoformat(r["due_date"])).days, 0)
        writer.writerow(list(r) + [days_late])
    headers = {"Content-Disposition": "attachment; filename=loans.csv"}
    return Response(out.getvalue(), mimetype="text/csv", headers=headers)


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", "5000")))
