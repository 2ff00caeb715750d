"""A shop that serves its document, wants a key from the environment, and has orders under another path."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

from crashworthy.lab.traffic.discover import discover


class ProductIn(BaseModel):
    sku: str = Field(pattern=r"^[A-Z]{2,5}-\d{4,8}$")
    price: int = Field(gt=0)
    stock: int = 0


class OrderIn(BaseModel):
    product_id: int
    quantity: int = Field(ge=1, le=5)
    method: str


def shop() -> FastAPI:
    app = FastAPI()
    products: dict[int, dict[str, Any]] = {}
    orders: dict[int, dict[str, Any]] = {}

    def admin(x_admin_key: Annotated[str, Header()] = "") -> None:
        if x_admin_key != "s3cret-admin":
            raise HTTPException(403, "admin only")

    @app.post("/products", status_code=201, dependencies=[Depends(admin)])
    def create(body: ProductIn) -> Any:
        if any(product["sku"] == body.sku for product in products.values()):
            raise HTTPException(409, "SKU already exists")
        products[len(products) + 1] = {"id": len(products) + 1, **body.model_dump()}
        return products[len(products)]

    @app.get("/orders")
    def listed() -> Any:
        return list(orders.values())

    @app.post("/checkout", status_code=201)
    def checkout(body: OrderIn) -> Any:
        if body.method not in ("card", "invoice"):
            raise HTTPException(422, "method must be one of card, invoice")
        product = products.get(body.product_id)
        if product is None:
            raise HTTPException(404, "product not found")
        if product["stock"] < body.quantity:
            raise HTTPException(409, "out of stock")
        number = len(orders) + 100
        orders[number] = {"id": number, "product_id": body.product_id, "quantity": body.quantity, "status": "open"}
        return orders[number]

    @app.post("/orders/{order_id}/pay")
    def pay(order_id: int) -> Any:
        if order_id not in orders:
            raise HTTPException(404)
        orders[order_id]["status"] = "paid"
        return orders[order_id]

    @app.post("/orders/{order_id}/refund", dependencies=[Depends(admin)])
    def refund(order_id: int) -> Any:
        if order_id not in orders:
            raise HTTPException(404)
        if orders[order_id]["status"] != "paid":
            raise HTTPException(409, "only a paid order can be refunded")
        orders[order_id]["status"] = "refunded"
        return orders[order_id]

    return app


def test_shop_needs_a_key_stock_and_a_paid_order(thread_testbed, tree_of, run, assert_replays) -> None:
    testbed = thread_testbed(shop, asgi=True)
    with testbed.fresh() as instance:
        found = discover(tree_of(), instance)
    assert len(found.operations) == 5
    playbook = run(testbed, tree_of(), found, environment={"ADMIN_KEY": "s3cret-admin"})
    assert playbook.unreached == ()
    assert_replays(testbed, playbook)
    refund = playbook.way("POST /orders/{order_id}/refund")
    assert refund is not None
    assert refund.actor == "admin"
    assert [step.operation for step in refund.steps[:-1]] == [
        "POST /products",
        "POST /checkout",
        "POST /orders/{order_id}/pay",
    ]


def test_without_the_key_it_is_said_what_is_missing(thread_testbed, tree_of, run) -> None:
    testbed = thread_testbed(shop, asgi=True)
    with testbed.fresh() as instance:
        found = discover(tree_of(), instance)
    playbook = run(testbed, tree_of(), found)
    why = {each.operation: each.why for each in playbook.unreached}
    assert "needs a credential" in why["POST /products"]
    assert "admin only" in why["POST /products"]
    assert "product_id" in why["POST /checkout"]
