import subprocess

from flask import Flask, request

app = Flask(__name__)


@app.get("/ping")
def ping():
    host = request.args["host"]
    # ?host=example.com;cat /etc/passwd
    done = subprocess.run(f"ping -c 1 {host}", shell=True, capture_output=True, text=True)
    return {"output": done.stdout}
