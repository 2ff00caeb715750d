"""The parser stops where entities become too large."""

from fastapi import FastAPI, HTTPException, Request
from lxml import etree

app = FastAPI()


@app.post("/sheets", status_code=201)
async def read(request: Request):
    parser = etree.XMLParser(resolve_entities="internal")
    try:
        root = etree.fromstring(await request.body(), parser)
    except etree.XMLSyntaxError:
        raise HTTPException(422) from None
    return {"length": sum(len(element.text or "") for element in root.iter())}
