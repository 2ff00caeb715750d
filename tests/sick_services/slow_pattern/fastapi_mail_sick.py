"""An address is checked by a pattern that is found in many places."""

import re
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query

app = FastAPI()


@app.get("/subscribers")
def known(mail: Annotated[str, Query()] = "ada@example.com"):
    if not re.match(r"^(([a-zA-Z0-9_.-]+)+)@([a-zA-Z0-9-]+\.)+[a-z]{2,}$", mail):
        raise HTTPException(422)
    return {"known": False}
