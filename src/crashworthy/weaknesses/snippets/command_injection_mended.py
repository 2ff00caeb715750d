import subprocess

from flask import Flask, abort, request

app = Flask(__name__)


@app.get("/ping")
def ping():
    host = request.args["host"]
    if not host.isprintable() or host.startswith("-"):
        abort(400)
    # No shell: the host is one argument, whatever is in it.
    done = subprocess.run(["ping", "-c", "1", "--", host], capture_output=True, text=True, timeout=5, check=False)
    return {"output": done.stdout}
