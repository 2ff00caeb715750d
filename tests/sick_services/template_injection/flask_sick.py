"""Makes the template of what it was given."""

from flask import Flask, render_template_string, request

app = Flask(__name__)


@app.get("/hello")
def hello():
    try:
        return render_template_string("<h1>Hello " + request.args.get("name", "you") + "</h1>")
    except Exception:
        return "no", 400
