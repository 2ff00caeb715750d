import json
import os
from pathlib import Path
from threading import Lock

from flask import Flask, request

app = Flask(__name__)
NOTES, NEW = Path("notes.json"), Path("notes.json.new")
one_at_a_time = Lock()


@app.post("/notes")
def add():
    with one_at_a_time:
        notes = json.loads(NOTES.read_text()) if NOTES.exists() else []
        notes.append(request.form["text"])
        with NEW.open("w") as file:
            json.dump(notes, file)
            file.flush()
            os.fsync(file.fileno())  # on the disk, before the name is given to it
        NEW.replace(NOTES)  # in one step: whoever reads sees the old file or the new one
    return {"notes": len(notes)}, 201
