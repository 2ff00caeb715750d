from flask import Flask, request
from lxml import etree

app = Flask(__name__)


@app.post("/feeds")
def read_feed():
    parser = etree.XMLParser(resolve_entities=True)
    root = etree.fromstring(request.get_data(), parser)
    return {"titles": [element.text for element in root.iter("title")]}
