"""The table begins with what was looked for."""

from fastapi import FastAPI, Response

app = FastAPI()
MEMBERS = [("Ada", "Turin"), ("Bo", "Rome")]


@app.get("/members.csv")
def members(city: str = "Turin"):
    rows = [city, *(name for name, home in MEMBERS if home == city)]
    return Response("\r\n".join(rows), media_type="text/csv")
