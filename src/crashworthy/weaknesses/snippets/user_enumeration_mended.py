from flask import Flask, request
from shop.accounts import find, token_for
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)
NOBODYS_HASH = generate_password_hash("nobody has this password")


@app.post("/login")
def login():
    account = find(request.form["email"])
    # Also for an account that is not there a hash is computed, so that both take the same time.
    kept = account.password_hash if account else NOBODYS_HASH
    if not check_password_hash(kept, request.form["password"]) or account is None:
        return {"error": "wrong e-mail or password"}, 401
    return {"token": token_for(account)}
