"""Logs JSON, one record a line."""

import json
import logging

from fastapi import Body, FastAPI


class Lines(logging.Formatter):
    def format(self, record):
        return json.dumps({"level": record.levelname, "message": record.getMessage()})


handler = logging.StreamHandler()
handler.setFormatter(Lines())
logger = logging.getLogger("shop")
logger.addHandler(handler)
logger.setLevel(logging.INFO)
app = FastAPI()


@app.post("/login")
def login(data: dict = Body()):
    logger.info("login of %s", data["name"])
    return {"ok": True}
