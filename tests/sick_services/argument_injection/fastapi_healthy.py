"""Refuses what begins with a hyphen."""

import subprocess

from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/listing")
def listing(folder: str = "static"):
    if folder.startswith("-") or "/" in folder or "\0" in folder:
        raise HTTPException(422)
    done = subprocess.run(["ls", folder], capture_output=True, text=True, timeout=5)
    return {"files": done.stdout.split()}
