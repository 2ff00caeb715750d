import os

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import payments
from models import Base, Coupon, Customer, Order, OrderItem, Product, engine, get_db, utcnow
from schemas import (
    CheckoutIn, CouponIn, CustomerIn, CustomerOut, OrderOut, ProductIn, ProductOut, RefundIn,
    StockChange,
)

ADMIN_KEY = os.getenv("ADMIN_KEY", "change-me")

Base.metadata.create_all(bind=engine)

app = FastAPI(title="Shop API", version="0.1.0")


def require_admin(x_admin_key: str = Header(default="")):
    if x_admin_key != ADMIN_KEY:
        raise HTTPException(status_code=403, detail="Admin key required")


admin_only = [Depends(require_admin)]


def get_or_404(db: Session, model, object_id: int):
    obj = db.get(model, object_id)
    if obj is None:
        raise HTTPException(status_code=404, detail=f"{model.__name__} not found")
    return obj


@app.post("/customers", response_model=CustomerOut, status_code=201)
def create_customer(body: CustomerIn, db: Session = Depends(get_db)):
    if db.scalar(select(Customer).where(Customer.email == body.email)):
        raise HTTPException(status_code=409, detail="Email already registered")
    customer = Customer(email=body.email, name=body.name)
    db.add(customer)
    db.commit()
    return customer


@app.get("/customers/{customer_id}", response_model=CustomerOut)
def read_customer(customer_id: int, db: Session = Depends(get_db)):
    return get_or_404(db, Customer, customer_id)


@app.get("/products", response_model=list[ProductOut])
def list_products(q: str = "", limit: int = 50, offset: int = 0, db: Session = Depends(get_db)):
    query = select(Product).order_by(Product.id).limit(limit).offset(offset)
    if q:
        query = query.where(Product.name.ilike(f"%{q}%"))
    return db.scalars(query).all()


@app.post("/products", response_model=ProductOut, status_code=201, dependencies=admin_only)
def create_product(body: ProductIn, db: Session = Depends(get_db)):
    product = Product(**body.model_dump())
    db.add(product)
    try:
        db.commit()
    except IntegrityError:
        db.rollback()
        raise HTTPException(status_code=409, detail="SKU already exists")
    return product


@app.post("/products/{product_id}/stock", response_model=ProductOut, dependencies=admin_only)
def change_stock(product_id: int, body: StockChange, db: Session = Depends(get_db)):
    product = get_or_404(db, Product, product_id)
    if product.stock + body.delta < 0:
        raise HTTPException(status_code=400, detail="Stock cannot be negative")
    product.stock += body.delta
    db.commit()
    return product


@app.post("/coupons", status_code=201, dependencies=admin_only)
def create_coupon(body: CouponIn, db: Session = Depends(get_db)):
    if db.scalar(select(Coupon).where(Coupon.code == body.code)):
        raise HTTPException(status_code=409, detail="Coupon code already exists")
    coupon = Coupon(**body.model_dump())
    db.add(coupon)
    db.commit()
    return {"id": coupon.id, "code": coupon.code, "percent_off": coupon.percent_off}


def find_coupon(db: Session, code: str) -> Coupon:
    coupon = db.scalar(select(Coupon).where(Coupon.code == code))
    if coupon is None:
        raise HTTPException(status_code=404, detail="Coupon not found")
    if coupon.expires_at and coupon.expires_at < utcnow().replace(tzinfo=None):
        raise HTTPException(status_code=400, detail="Coupon has expired")
    if coupon.uses >= coupon.max_uses:
        raise HTTPException(status_code=400, detail="Coupon has been used up")
    return coupon


@app.post("/checkout", response_model=OrderOut, status_code=201)
def checkout(body: CheckoutIn, db: Session = Depends(get_db)):
    customer = get_or_404(db, Customer, body.customer_id)
    if body.use_points > customer.points:
        raise HTTPException(status_code=400, detail="Not enough points")

    subtotal = 0
    lines = []
    for line in body.items:
        product = get_or_404(db, Product, line.product_id)
        if product.stock < line.quantity:
            raise HTTPException(status_code=409, detail=f"Not enough stock for {product.name}")
        subtotal += product.price_cents * line.quantity
        lines.append((product, line.quantity))

    discount = 0
    if body.coupon_code:
        coupon = find_coupon(db, body.coupon_code)
        discount = subtotal * coupon.percent_off // 100
        coupon.uses += 1

    points_used = min(body.use_points, subtotal - discount)
    total = subtotal - discount - points_used

    order = Order(
        customer_id=customer.id, subtotal_cents=subtotal, discount_cents=discount,
        points_used=points_used, total_cents=total,
    )
    for product, quantity in lines:
        order.items.append(
            OrderItem(product=product, quantity=quantity, unit_price_cents=product.price_cents)
        )
        product.stock -= quantity
    customer.points += total // 100 - points_used
    db.add(order)
    db.flush()

    if total > 0:
        try:
            order.payment_id = payments.charge(total, body.payment_token, f"order-{order.id}")
        except payments.PaymentError as exc:
            db.rollback()
            raise HTTPException(status_code=402, detail=f"Payment failed: {exc}")

    order.status = "paid"
    db.commit()
    return order


@app.get("/orders", response_model=list[OrderOut])
def list_orders(
    customer_id: int = 0, status: str = "", limit: int = 50, offset: int = 0,
    db: Session = Depends(get_db),
):
    query = select(Order).order_by(Order.created_at.desc()).limit(limit).offset(offset)
    if customer_id:
        query = query.where(Order.customer_id == customer_id)
    if status:
        query = query.where(Order.status == status)
    return db.scalars(query).all()


@app.get("/orders/{order_id}", response_model=OrderOut)
def read_order(order_id: int, db: Session = Depends(get_db)):
    return get_or_404(db, Order, order_id)


@app.post("/orders/{order_id}/cancel", response_model=OrderOut)
def cancel_order(order_id: int, db: Session = Depends(get_db)):
    order = get_or_404(db, Order, order_id)
    if order.status != "paid":
        raise HTTPException(status_code=409, detail=f"Order is {order.status}")
    remaining = order.total_cents - order.refunded_cents
    if order.payment_id and remaining > 0:
        try:
            payments.refund(order.payment_id, remaining)
        except payments.PaymentError as exc:
            raise HTTPException(status_code=502, detail=f"Refund failed: {exc}")
    for item in order.items:
        item.product.stock += item.quantity
    customer = get_or_404(db, Customer, order.customer_id)
    customer.points += order.points_used - order.total_cents // 100
    order.refunded_cents = order.total_cents
    order.status = "cancelled"
    db.commit()
    return order


@app.post("/orders/{order_id}/refund", response_model=OrderOut, dependencies=admin_only)
def refund_order(order_id: int, body: RefundIn, db: Session = Depends(get_db)):
    order = get_or_404(db, Order, order_id)
    if order.status != "paid":
        raise HTTPException(status_code=409, detail=f"Order is {order.status}")
    remaining = order.total_cents - order.refunded_cents
    amount = body.amount_cents or remaining
    if amount > remaining:
        raise HTTPException(status_code=400, detail="Amount exceeds what is left to refund")
    if order.payment_id:
        try:
            payments.refund(order.payment_id, amount)
        except payments.PaymentError as exc:
            raise HTTPException(status_code=502, detail=f"Refund failed: {exc}")
    order.refunded_cents += amount
    if order.refunded_cents >= order.total_cents:
        order.status = "refunded"
    db.commit()
    return order


if __name__ == "__main__":
    uvicorn.run("main:app", host="0.0.0.0", port=int(os.getenv("PORT", "8000")))
