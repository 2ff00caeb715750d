import subprocess

from fastapi import FastAPI

app = FastAPI()


@app.get("/search")
def search(word: str):
    # No shell, and yet ?word=--file=/etc/passwd makes a list of patterns of any file.
    done = subprocess.run(["grep", "-r", word, "notes"], capture_output=True, text=True, timeout=5)
    return {"lines": done.stdout.splitlines()}
