from datetime import date

from flask import Flask

app = Flask(__name__)


@app.post("/memberships")
def join():
    today = date.today()
    return {"until": today.replace(year=today.year + 1).isoformat()}
