"""The parser keeps entities as they are."""

from flask import Flask, request
from lxml import etree

app = Flask(__name__)


@app.post("/feeds")
def read():
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(request.get_data(), parser)
    except etree.XMLSyntaxError:
        return {"error": "no XML"}, 422
    return {"names": [element.text for element in root.iter("name")], "read": request.get_data(as_text=True)}, 201
