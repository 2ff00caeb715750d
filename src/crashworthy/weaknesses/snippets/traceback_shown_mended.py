import os

from flask import Flask

app = Flask(__name__)


@app.get("/reports/<name>")
def report(name):
    with open("reports.csv") as file:
        return {name: file.readline()}


@app.errorhandler(500)
def failed(problem):
    return {"error": "something failed here"}, 500  # Flask has written the traceback to the log


if __name__ == "__main__":
    app.run(debug=os.environ.get("SHOP_DEBUG") == "1")  # off, unless somebody asks for it
