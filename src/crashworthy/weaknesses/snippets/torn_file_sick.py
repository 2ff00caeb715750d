import json
from pathlib import Path

from flask import Flask, request

app = Flask(__name__)
NOTES = Path("notes.json")


@app.post("/notes")
def add():
    notes = json.loads(NOTES.read_text()) if NOTES.exists() else []
    notes.append(request.form["text"])
    # Opening the file empties it. A process that ends before all is written leaves half a document, or none.
    with NOTES.open("w") as file:
        json.dump(notes, file)
    return {"notes": len(notes)}, 201
