from datetime import datetime

from pydantic import BaseModel, Field


class CustomerIn(BaseModel):
    email: str
    name: str


class CustomerOut(CustomerIn):
    id: int
    points: int


class ProductIn(BaseModel):
    sku: str = Field(min_length=1)
    name: str = Field(min_length=1)
    price_cents: int = Field(ge=0)
    stock: int = Field(default=0, ge=0)


class ProductOut(ProductIn):
    id: int


class StockChange(BaseModel):
    delta: int


class CouponIn(BaseModel):
    code: str
    percent_off: int = Field(ge=1, le=100)
    max_uses: int = Field(default=1, ge=1)
    expires_at: datetime | None = None


class LineIn(BaseModel):
    product_id: int
    quantity: int = Field(default=1, gt=0)


class CheckoutIn(BaseModel):
    customer_id: int
    items: list[LineIn] = Field(min_length=1)
    payment_token: str
    coupon_code: str | None = None
    use_points: int = Field(default=0, ge=0)


class RefundIn(BaseModel):
    amount_cents: int | None = Field(default=None, gt=0)


class OrderItemOut(BaseModel):
    product_id: int
    quantity: int
    unit_price_cents: int


class OrderOut(BaseModel):
    id: int
    customer_id: int
    status: str
    subtotal_cents: int
    discount_cents: int
    points_used: int
    total_cents: int
    refunded_cents: int
    payment_id: str | None
    created_at: datetime
    items: list[OrderItemOut]
