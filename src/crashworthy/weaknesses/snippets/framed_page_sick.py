from flask import Flask

app = Flask(__name__)


@app.get("/close")
def close():
    return '<form method="post"><button>Close my account</button></form>'
