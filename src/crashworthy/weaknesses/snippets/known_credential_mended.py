import os
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException

app = FastAPI()
ADMIN_KEY = os.environ["ADMIN_KEY"].encode()  # no default: without a key the service does not start


def admin(x_admin_key: Annotated[str, Header()]):
    if not secrets.compare_digest(x_admin_key.encode(), ADMIN_KEY):
        raise HTTPException(401)


@app.delete("/products/{product_id}", dependencies=[Depends(admin)])
def delete(product_id: int):
    return {"deleted": product_id}
