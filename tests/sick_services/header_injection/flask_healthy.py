"""Lets Werkzeug write the header, which refuses line breaks."""

from flask import Flask, Response, request

app = Flask(__name__)


@app.get("/download")
def download():
    answer = Response("content", mimetype="text/plain")
    try:
        answer.headers["Content-Disposition"] = f"attachment; filename={request.args.get('name', 'file')}"
    except ValueError:
        return "bad name", 400
    return answer
