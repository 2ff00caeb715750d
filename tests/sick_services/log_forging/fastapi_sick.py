"""Logs a name as it is, through a logger of its own."""

import logging

from fastapi import Body, FastAPI

handler = logging.StreamHandler()
handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
logger = logging.getLogger("shop")
logger.addHandler(handler)
logger.setLevel(logging.INFO)
app = FastAPI()


@app.post("/login")
def login(data: dict = Body()):
    logger.info("login of %s", data["name"])
    return {"ok": True}
