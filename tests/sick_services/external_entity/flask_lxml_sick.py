"""The parser is told to resolve entities, whatever they name."""

from flask import Flask, request
from lxml import etree

app = Flask(__name__)


@app.post("/feeds")
def read():
    parser = etree.XMLParser(resolve_entities=True)
    try:
        root = etree.fromstring(request.get_data(), parser)
    except etree.XMLSyntaxError:
        return {"error": "no XML"}, 422
    return {"names": [element.text for element in root.iter("name")]}, 201
