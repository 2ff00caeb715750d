"""Products are made and removed with the shopkeeper's key."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
KEY = os.environ.get("SHOP_KEY", "shop-key")
products: dict[int, dict[str, object]] = {}


class Product(BaseModel):
    name: str


def shopkeeper(x_shop_key: Annotated[str, Header()] = ""):
    if x_shop_key != KEY:
        raise HTTPException(403)


@app.post("/products", status_code=201, dependencies=[Depends(shopkeeper)])
def add(product: Product):
    products[len(products) + 1] = {"id": len(products) + 1, "name": product.name}
    return products[len(products)]


@app.get("/products")
def listing():
    return list(products.values())


@app.delete("/products/{product_id}", status_code=204, dependencies=[Depends(shopkeeper)])
def remove(product_id: int):
    products.pop(product_id, None)
