from fastapi import FastAPI, Response

app = FastAPI()


@app.get("/export")
def export(name: str = "report"):
    # ?name=x%0d%0aSet-Cookie:%20session=... where the server below does not look for line breaks.
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response("a,b\n", media_type="text/csv", headers=headers)
