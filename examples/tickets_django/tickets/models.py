import secrets

from django.contrib.auth.models import User
from django.db import models


def new_token():
    return secrets.token_hex(20)


def new_ticket_code():
    return secrets.token_hex(4).upper()


class AuthToken(models.Model):
    key = models.CharField(max_length=40, unique=True, default=new_token)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    created_at = models.DateTimeField(auto_now_add=True)


class Wallet(models.Model):
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="wallet")
    balance_cents = models.IntegerField(default=0)


class Event(models.Model):
    name = models.CharField(max_length=200)
    venue = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    price_cents = models.PositiveIntegerField()
    capacity = models.PositiveIntegerField()
    seats_sold = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["starts_at"]

    @property
    def seats_left(self):
        return self.capacity - self.seats_sold

    def to_dict(self):
        return {
            "id": self.id,
            "name": self.name,
            "venue": self.venue,
            "starts_at": self.starts_at.isoformat(),
            "price_cents": self.price_cents,
            "capacity": self.capacity,
            "seats_left": self.seats_left,
        }


class Voucher(models.Model):
    code = models.CharField(max_length=40, unique=True)
    amount_cents = models.PositiveIntegerField()
    redeemed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    redeemed_at = models.DateTimeField(null=True, blank=True)


class Booking(models.Model):
    CONFIRMED, CANCELLED = "confirmed", "cancelled"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="bookings")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="bookings")
    quantity = models.PositiveIntegerField()
    total_cents = models.PositiveIntegerField()
    status = models.CharField(max_length=20, default=CONFIRMED)
    code = models.CharField(max_length=16, unique=True, default=new_ticket_code)
    checked_in = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    def to_dict(self):
        return {
            "id": self.id,
            "event_id": self.event_id,
            "event": self.event.name,
            "quantity": self.quantity,
            "total_cents": self.total_cents,
            "status": self.status,
            "code": self.code,
            "checked_in": self.checked_in,
        }
