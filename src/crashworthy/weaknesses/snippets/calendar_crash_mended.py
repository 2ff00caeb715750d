from datetime import date

from dateutil.relativedelta import relativedelta
from flask import Flask

app = Flask(__name__)


@app.post("/memberships")
def join():
    return {"until": (date.today() + relativedelta(years=1)).isoformat()}
