from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException

app = FastAPI()
ADMIN_KEY = "shop-admin-2024"


def admin(x_admin_key: Annotated[str, Header()]):
    if x_admin_key != ADMIN_KEY:
        raise HTTPException(401)


@app.delete("/products/{product_id}", dependencies=[Depends(admin)])
def delete(product_id: int):
    return {"deleted": product_id}
