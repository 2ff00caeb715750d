import subprocess

from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/search")
def search(word: str):
    if "\0" in word:
        raise HTTPException(422)
    # Behind `--` nothing is an option.
    done = subprocess.run(["grep", "-r", "--", word, "notes"], capture_output=True, text=True, timeout=5)
    return {"lines": done.stdout.splitlines()}
