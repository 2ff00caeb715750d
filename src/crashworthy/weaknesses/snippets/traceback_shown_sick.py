from flask import Flask

app = Flask(__name__)


@app.get("/reports/<name>")
def report(name):
    with open("reports.csv") as file:
        return {name: file.readline()}


if __name__ == "__main__":
    app.run(host="0.0.0.0", debug=True)  # errors show the source, and a console
