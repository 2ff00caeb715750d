from typing import Annotated

from fastapi import APIRouter, Depends
from shop.accounts import User, administrator, logged_in

router = APIRouter(prefix="/admin/products")


@router.post("", dependencies=[Depends(administrator)])
def create(name: str):
    return {"name": name}


@router.delete("/{product_id}")
def delete(product_id: int, user: Annotated[User, Depends(logged_in)]):
    return {"deleted": product_id, "by": user.name}  # any account does
