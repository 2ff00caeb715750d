from flask import Flask, request
from lxml import etree

app = Flask(__name__)


@app.post("/feeds")
def read_feed():
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(request.get_data(), parser)
    except etree.XMLSyntaxError:
        return {"error": "no well-formed XML"}, 422
    return {"titles": [element.text for element in root.iter("title")]}
