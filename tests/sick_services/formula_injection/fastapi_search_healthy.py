"""The table holds the service's own words only."""

from fastapi import FastAPI, Response

app = FastAPI()
MEMBERS = [("Ada", "Turin"), ("Bo", "Rome")]


@app.get("/members.csv")
def members(city: str = "Turin"):
    rows = ["name", *(name for name, home in MEMBERS if home == city)]
    return Response("\r\n".join(rows), media_type="text/csv")
