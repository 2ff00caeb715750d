"""Clinic API: patients book appointments in the slots that doctors offer."""
import hashlib
import os
import secrets
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from typing import Annotated, Literal

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query, status
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from database import Appointment, Base, Prescription, SessionLocal, Slot, User, engine

SECRET_KEY = os.getenv("SECRET_KEY", "change-me-in-production")
ALGORITHM = "HS256"
ACCESS_TOKEN_EXPIRE_MINUTES = 60
ADMIN_EMAIL = os.getenv("ADMIN_EMAIL", "admin@clinic.example.com")
ADMIN_PASSWORD = os.getenv("ADMIN_PASSWORD", "Admin123!")

oauth2_scheme = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token")


def hash_password(password: str) -> str:
    salt = secrets.token_hex(8)
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), 20_000).hex()
    return f"{salt}${digest}"


def verify_password(password: str, stored: str) -> bool:
    salt, digest = stored.split("$")
    return secrets.compare_digest(
        hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), 20_000).hex(), digest
    )


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


DB = Annotated[Session, Depends(get_db)]


@asynccontextmanager
async def lifespan(app: FastAPI):
    Base.metadata.create_all(engine)
    with SessionLocal() as db:
        if not db.scalar(select(User).where(User.email == ADMIN_EMAIL)):
            db.add(User(email=ADMIN_EMAIL, full_name="Administrator", role="admin",
                        hashed_password=hash_password(ADMIN_PASSWORD)))
            db.commit()
    yield


app = FastAPI(title="Clinic API", version="1.0.0", lifespan=lifespan)


class UserCreate(BaseModel):
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$")
    full_name: str = Field(min_length=2, max_length=120)
    password: str = Field(min_length=8, description="At least 8 characters, one digit and one capital letter")


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    email: str
    full_name: str
    role: str


class Token(BaseModel):
    access_token: str
    token_type: str = "bearer"


class RoleUpdate(BaseModel):
    role: Literal["patient", "doctor", "admin"]


class SlotCreate(BaseModel):
    starts_at: datetime
    minutes: int = Field(default=30, ge=10, le=120)


class SlotOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    doctor_id: int
    starts_at: datetime
    minutes: int


class AppointmentCreate(BaseModel):
    slot_id: int
    reason: str = Field(min_length=3, max_length=300)


class AppointmentOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    slot_id: int
    patient_id: int
    reason: str
    status: str


class PrescriptionCreate(BaseModel):
    drug: str = Field(min_length=2)
    dose_mg: int = Field(gt=0, le=5000)
    days: int = Field(gt=0, le=90)


class PrescriptionOut(PrescriptionCreate):
    model_config = ConfigDict(from_attributes=True)
    id: int
    appointment_id: int


def get_current_user(token: Annotated[str, Depends(oauth2_scheme)], db: DB) -> User:
    error = HTTPException(status.HTTP_401_UNAUTHORIZED, "Could not validate credentials",
                          headers={"WWW-Authenticate": "Bearer"})
    try:
        payload = jwt.decode(token, SECRET_KEY, algorithms=[ALGORITHM])
    except jwt.PyJWTError:
        raise error
    user = db.get(User, int(payload["sub"]))
    if user is None or not user.is_active:
        raise error
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


def require_role(*roles: str):
    def checker(user: CurrentUser) -> User:
        if user.role not in roles:
            raise HTTPException(status.HTTP_403_FORBIDDEN, f"Requires one of the roles: {', '.join(roles)}")
        return user

    return checker


AdminUser = Annotated[User, Depends(require_role("admin"))]
DoctorUser = Annotated[User, Depends(require_role("doctor"))]


@app.get("/health")
def health():
    return {"status": "ok"}


@app.post("/api/v1/auth/register", response_model=UserOut, status_code=201)
def register(payload: UserCreate, db: DB):
    if not any(c.isdigit() for c in payload.password) or not any(c.isupper() for c in payload.password):
        raise HTTPException(400, "Password needs a digit and a capital letter")
    if db.scalar(select(User).where(User.email == payload.email)):
        raise HTTPException(409, "Email already registered")
    user = User(email=payload.email, full_name=payload.full_name, hashed_password=hash_password(payload.password))
    db.add(user)
    db.commit()
    return user


@app.post("/api/v1/auth/token", response_model=Token)
def login(form: Annotated[OAuth2PasswordRequestForm, Depends()], db: DB):
    user = db.scalar(select(User).where(User.email == form.username))
    if user is None or not verify_password(form.password, user.hashed_password):
        raise HTTPException(401, "Incorrect email or password")
    expires = datetime.now(timezone.utc) + timedelta(minutes=ACCESS_TOKEN_EXPIRE_MINUTES)
    return Token(access_token=jwt.encode({"sub": str(user.id), "exp": expires}, SECRET_KEY, algorithm=ALGORITHM))


@app.get("/api/v1/users/me", response_model=UserOut)
def me(user: CurrentUser):
    return user


@app.get("/api/v1/users", response_model=list[UserOut])
def list_users(_: AdminUser, db: DB, role: str | None = None, limit: int = Query(50, ge=1, le=100)):
    query = select(User).limit(limit)
    if role:
        query = query.where(User.role == role)
    return db.scalars(query).all()


@app.patch("/api/v1/users/{user_id}/role", response_model=UserOut)
def change_role(user_id: int, payload: RoleUpdate, _: AdminUser, db: DB):
    user = db.get(User, user_id)
    if user is None:
        raise HTTPException(404, "User not found")
    user.role = payload.role
    db.commit()
    return user


@app.post("/api/v1/slots", response_model=SlotOut, status_code=201)
def offer_slot(payload: SlotCreate, doctor: DoctorUser, db: DB):
    starts = payload.starts_at if payload.starts_at.tzinfo else payload.starts_at.replace(tzinfo=timezone.utc)
    if starts <= datetime.now(timezone.utc):
        raise HTTPException(422, "starts_at must be in the future")
    slot = Slot(doctor_id=doctor.id, starts_at=starts, minutes=payload.minutes)
    db.add(slot)
    db.commit()
    return slot


@app.get("/api/v1/slots", response_model=list[SlotOut])
def free_slots(db: DB, doctor_id: int | None = None):
    taken = select(Appointment.slot_id).where(Appointment.status != "cancelled")
    query = select(Slot).where(Slot.id.not_in(taken))
    if doctor_id is not None:
        query = query.where(Slot.doctor_id == doctor_id)
    return db.scalars(query).all()


@app.post("/api/v1/appointments", response_model=AppointmentOut, status_code=201)
def book(payload: AppointmentCreate, user: CurrentUser, db: DB):
    slot = db.get(Slot, payload.slot_id)
    if slot is None:
        raise HTTPException(404, "Slot not found")
    if db.scalar(select(Appointment).where(Appointment.slot_id == slot.id)):
        raise HTTPException(409, "Slot already taken")
    appointment = Appointment(slot_id=slot.id, patient_id=user.id, reason=payload.reason)
    db.add(appointment)
    db.commit()
    return appointment


@app.get("/api/v1/appointments", response_model=list[AppointmentOut])
def my_appointments(user: CurrentUser, db: DB):
    return db.scalars(select(Appointment).where(Appointment.patient_id == user.id)).all()


@app.get("/api/v1/appointments/{appointment_id}", response_model=AppointmentOut)
def get_appointment(appointment_id: int, user: CurrentUser, db: DB):
    appointment = db.get(Appointment, appointment_id)
    if appointment is None:
        raise HTTPException(404, "Appointment not found")
    if user.role == "patient" and appointment.patient_id != user.id:
        raise HTTPException(403, "Not your appointment")
    return appointment


@app.post("/api/v1/appointments/{appointment_id}/cancel", response_model=AppointmentOut)
def cancel(appointment_id: int, user: CurrentUser, db: DB):
    appointment = get_appointment(appointment_id, user, db)
    if appointment.status != "booked":
        raise HTTPException(409, f"Cannot cancel an appointment that is {appointment.status}")
    appointment.status = "cancelled"
    db.commit()
    return appointment


@app.post("/api/v1/appointments/{appointment_id}/complete", response_model=AppointmentOut)
def complete(appointment_id: int, doctor: DoctorUser, db: DB):
    appointment = db.get(Appointment, appointment_id)
    if appointment is None or appointment.slot.doctor_id != doctor.id:
        raise HTTPException(404, "Appointment not found")
    if appointment.status != "booked":
        raise HTTPException(409, f"Cannot complete an appointment that is {appointment.status}")
    appointment.status = "completed"
    db.commit()
    return appointment


@app.post("/api/v1/appointments/{appointment_id}/prescriptions", response_model=PrescriptionOut, status_code=201)
def prescribe(appointment_id: int, payload: PrescriptionCreate, doctor: DoctorUser, db: DB):
    appointment = db.get(Appointment, appointment_id)
    if appointment is None:
        raise HTTPException(404, "Appointment not found")
    if appointment.status != "completed":
        raise HTTPException(409, "Complete the appointment first")
    prescription = Prescription(appointment_id=appointment.id, **payload.model_dump())
    db.add(prescription)
    db.commit()
    return prescription


@app.get("/api/v1/appointments/{appointment_id}/prescriptions", response_model=list[PrescriptionOut])
def prescriptions(appointment_id: int, user: CurrentUser, db: DB):
    get_appointment(appointment_id, user, db)
    return db.scalars(select(Prescription).where(Prescription.appointment_id == appointment_id)).all()
