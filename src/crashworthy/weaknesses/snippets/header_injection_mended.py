from urllib.parse import quote

from fastapi import FastAPI, Response

app = FastAPI()


@app.get("/export")
def export(name: str = "report"):
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}.csv"}
    return Response("a,b\n", media_type="text/csv", headers=headers)
