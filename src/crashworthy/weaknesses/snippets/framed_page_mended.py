from flask import Flask

app = Flask(__name__)


@app.get("/close")
def close():
    page = '<form method="post"><button>Close my account</button></form>'
    return page, {"Content-Security-Policy": "frame-ancestors 'none'"}
