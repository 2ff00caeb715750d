"""Multi-tenant invoicing. A tenant signs up, gets an API key, and bills its own customers."""
import secrets
from contextlib import asynccontextmanager
from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum
from typing import Annotated, Optional

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field as BodyField, field_validator, model_validator
from sqlmodel import Field, Session, SQLModel, create_engine, select

engine = create_engine("sqlite:///invoices.db", connect_args={"check_same_thread": False})
CURRENCIES = {"EUR", "USD", "GBP", "CHF", "JPY"}


class State(str, Enum):
    draft = "draft"
    open = "open"
    paid = "paid"
    refunded = "refunded"
    void = "void"


class Tenant(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    api_key: str = Field(index=True)


class Customer(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenant.id")
    name: str
    email: str
    country: str


class Invoice(SQLModel, table=True):
    number: str = Field(primary_key=True)
    tenant_id: int = Field(foreign_key="tenant.id")
    customer_id: int = Field(foreign_key="customer.id")
    currency: str
    issued_on: date
    due_on: date
    state: State = State.draft


class Line(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    invoice_number: str = Field(foreign_key="invoice.number")
    description: str
    unit_price: Decimal = Field(decimal_places=2, max_digits=10)
    quantity: int


class Payment(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    invoice_number: str = Field(foreign_key="invoice.number")
    amount: Decimal = Field(decimal_places=2, max_digits=10)
    idempotency_key: str
    refunded: bool = False


class TenantIn(BaseModel):
    name: str = BodyField(min_length=3, max_length=60)


class CustomerIn(BaseModel):
    name: str = BodyField(min_length=1)
    email: str = BodyField(pattern=r".+@.+\..+")
    country: str = BodyField(description="ISO 3166-1 alpha-2 code")

    @field_validator("country")
    @classmethod
    def country_code(cls, value: str) -> str:
        if len(value) != 2 or not value.isalpha() or not value.isupper():
            raise ValueError("must be a two-letter ISO country code in capitals")
        return value


class InvoiceIn(BaseModel):
    customer_id: int
    currency: str = BodyField(description="ISO 4217 code")
    issued_on: date
    due_on: date

    @field_validator("currency")
    @classmethod
    def known_currency(cls, value: str) -> str:
        if value not in CURRENCIES:
            raise ValueError(f"must be one of {sorted(CURRENCIES)}")
        return value

    @model_validator(mode="after")
    def due_after_issue(self) -> "InvoiceIn":
        if self.due_on < self.issued_on:
            raise ValueError("due_on must not be before issued_on")
        return self


class LineIn(BaseModel):
    description: str = BodyField(min_length=1)
    unit_price: Decimal = BodyField(gt=0, decimal_places=2)
    quantity: int = BodyField(ge=1, le=999)


class PaymentIn(BaseModel):
    amount: Decimal = BodyField(gt=0, decimal_places=2)


class RefundIn(BaseModel):
    reason: str = BodyField(min_length=5)


def get_session():
    with Session(engine) as session:
        yield session


Db = Annotated[Session, Depends(get_session)]


def tenant(db: Db, x_api_key: Annotated[Optional[str], Header()] = None) -> Tenant:
    found = db.exec(select(Tenant).where(Tenant.api_key == x_api_key)).first() if x_api_key else None
    if found is None:
        raise HTTPException(401, detail="Missing or unknown API key")
    return found


CurrentTenant = Annotated[Tenant, Depends(tenant)]
customers = APIRouter(prefix="/customers", tags=["customers"])
invoices = APIRouter(prefix="/invoices", tags=["invoices"])
Number = Annotated[str, Path(pattern=r"^INV-\d{4}-\d{5}$")]


def own_invoice(number: Number, db: Db, owner: CurrentTenant) -> Invoice:
    invoice = db.get(Invoice, number)
    if invoice is None or invoice.tenant_id != owner.id:
        raise HTTPException(404, detail="Invoice not found")
    return invoice


OwnInvoice = Annotated[Invoice, Depends(own_invoice)]


def total(db: Session, invoice: Invoice) -> Decimal:
    lines = db.exec(select(Line).where(Line.invoice_number == invoice.number)).all()
    return sum((line.unit_price * line.quantity for line in lines), Decimal("0.00"))


def shown(db: Session, invoice: Invoice) -> dict:
    db.refresh(invoice)
    return {**invoice.model_dump(mode="json"), "total": str(total(db, invoice))}


def expect(invoice: Invoice, *states: State) -> None:
    if invoice.state not in states:
        raise HTTPException(409, detail=f"Invoice is {invoice.state.value}, must be {' or '.join(s.value for s in states)}")


@customers.post("", status_code=201)
def create_customer(body: CustomerIn, db: Db, owner: CurrentTenant) -> Customer:
    customer = Customer(tenant_id=owner.id, **body.model_dump())
    db.add(customer)
    db.commit()
    db.refresh(customer)
    return customer


@customers.get("")
def list_customers(db: Db, owner: CurrentTenant, offset: int = Query(0, ge=0), limit: int = Query(20, le=100)):
    return db.exec(select(Customer).where(Customer.tenant_id == owner.id).offset(offset).limit(limit)).all()


@customers.get("/{customer_id}")
def show_customer(customer_id: int, db: Db, owner: CurrentTenant) -> Customer:
    customer = db.get(Customer, customer_id)
    if customer is None or customer.tenant_id != owner.id:
        raise HTTPException(404, detail="Customer not found")
    return customer


@invoices.post("", status_code=201)
def create_invoice(body: InvoiceIn, db: Db, owner: CurrentTenant):
    show_customer(body.customer_id, db, owner)
    count = len(db.exec(select(Invoice.number)).all())
    invoice = Invoice(number=f"INV-{body.issued_on.year:04d}-{count + 1:05d}", tenant_id=owner.id, **body.model_dump())
    db.add(invoice)
    db.commit()
    return shown(db, invoice)


@invoices.get("")
def list_invoices(db: Db, owner: CurrentTenant, state: Optional[State] = None):
    query = select(Invoice).where(Invoice.tenant_id == owner.id)
    if state:
        query = query.where(Invoice.state == state)
    return [shown(db, invoice) for invoice in db.exec(query).all()]


@invoices.get("/{number}")
def show_invoice(invoice: OwnInvoice, db: Db):
    return shown(db, invoice)


@invoices.post("/{number}/lines", status_code=201)
def add_line(invoice: OwnInvoice, body: LineIn, db: Db) -> Line:
    expect(invoice, State.draft)
    line = Line(invoice_number=invoice.number, **body.model_dump())
    db.add(line)
    db.commit()
    db.refresh(line)
    return line


@invoices.delete("/{number}/lines/{line_id}", status_code=204)
def drop_line(invoice: OwnInvoice, line_id: int, db: Db):
    expect(invoice, State.draft)
    line = db.get(Line, line_id)
    if line is None or line.invoice_number != invoice.number:
        raise HTTPException(404, detail="Line not found")
    db.delete(line)
    db.commit()


@invoices.post("/{number}/finalize")
def finalize(invoice: OwnInvoice, db: Db):
    expect(invoice, State.draft)
    if total(db, invoice) == 0:
        raise HTTPException(409, detail="An invoice without lines cannot be finalized")
    invoice.state = State.open
    db.commit()
    return shown(db, invoice)


@invoices.post("/{number}/payments", status_code=201)
def pay(
    invoice: OwnInvoice, body: PaymentIn, db: Db, idempotency_key: Annotated[str, Header(min_length=8)]
) -> Payment:
    known = db.exec(select(Payment).where(Payment.idempotency_key == idempotency_key)).first()
    if known:
        return known
    expect(invoice, State.open)
    if body.amount != total(db, invoice):
        raise HTTPException(422, detail=f"amount must be the total of the invoice: {total(db, invoice)}")
    payment = Payment(invoice_number=invoice.number, amount=body.amount, idempotency_key=idempotency_key)
    invoice.state = State.paid
    db.add(payment)
    db.commit()
    db.refresh(payment)
    return payment


@invoices.post("/{number}/payments/{payment_id}/refund")
def refund(invoice: OwnInvoice, payment_id: int, body: RefundIn, db: Db):
    payment = db.get(Payment, payment_id)
    if payment is None or payment.invoice_number != invoice.number:
        raise HTTPException(404, detail="Payment not found")
    if payment.refunded:
        raise HTTPException(409, detail="Already refunded")
    payment.refunded = True
    invoice.state = State.refunded
    db.commit()
    return {"number": invoice.number, "state": invoice.state, "reason": body.reason}


@invoices.post("/{number}/void")
def void(invoice: OwnInvoice, db: Db):
    expect(invoice, State.draft, State.open)
    invoice.state = State.void
    db.commit()
    return shown(db, invoice)


@asynccontextmanager
async def lifespan(app: FastAPI):
    SQLModel.metadata.create_all(engine)
    yield


app = FastAPI(title="Invoices", lifespan=lifespan)
app.include_router(customers)
app.include_router(invoices)


@app.post("/tenants", status_code=201)
def sign_up(body: TenantIn, db: Db):
    if db.exec(select(Tenant).where(Tenant.name == body.name)).first():
        raise HTTPException(409, detail="Name is taken")
    new = Tenant(name=body.name, api_key="key_" + secrets.token_hex(16))
    db.add(new)
    db.commit()
    return {"id": new.id, "name": new.name, "api_key": new.api_key}


@app.post("/tenants/current/rotate-key")
def rotate_key(db: Db, owner: CurrentTenant):
    owner.api_key = "key_" + secrets.token_hex(16)
    db.add(owner)
    db.commit()
    return {"api_key": owner.api_key}


@app.get("/reports/aging")
def aging(db: Db, owner: CurrentTenant, as_of: date = Query(default_factory=lambda: datetime.now(timezone.utc).date())):
    late = select(Invoice).where(Invoice.tenant_id == owner.id, Invoice.state == State.open, Invoice.due_on < as_of)
    return {"as_of": as_of, "overdue": [shown(db, invoice) for invoice in db.exec(late).all()]}


@app.exception_handler(ValueError)
def on_value_error(request: Request, error: ValueError):
    return JSONResponse({"detail": str(error)}, status_code=400)
