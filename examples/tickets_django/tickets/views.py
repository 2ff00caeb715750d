from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.db import transaction
from django.http import JsonResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .auth import error, json_body, login_required, staff_required
from .models import AuthToken, Booking, Event, Voucher, Wallet
from .notify import send_webhook

MAX_TICKETS_PER_BOOKING = 10


def get_wallet(user):
    wallet, _ = Wallet.objects.get_or_create(user=user)
    return wallet


def user_dict(user):
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "balance_cents": get_wallet(user).balance_cents,
    }


@require_POST
@json_body
def signup(request):
    username = request.data.get("username")
    password = request.data.get("password")
    email = request.data.get("email", "")
    if not username or not password:
        return error("username and password are required")
    if User.objects.filter(username=username).exists():
        return error("Username already taken", 409)
    user = User.objects.create_user(username=username, password=password, email=email)
    token = AuthToken.objects.create(user=user)
    return JsonResponse({"token": token.key, "user": user_dict(user)}, status=201)


@require_POST
@json_body
def login(request):
    user = authenticate(
        username=request.data.get("username"), password=request.data.get("password")
    )
    if user is None:
        return error("Wrong username or password", 401)
    token = AuthToken.objects.create(user=user)
    return JsonResponse({"token": token.key, "user": user_dict(user)})


@require_GET
@login_required
def me(request):
    return JsonResponse(user_dict(request.user))


@require_POST
@json_body
@login_required
def wallet_topup(request):
    amount = int(request.data.get("amount_cents", 0))
    if amount <= 0:
        return error("amount_cents must be positive")
    wallet = get_wallet(request.user)
    wallet.balance_cents += amount
    wallet.save()
    return JsonResponse({"balance_cents": wallet.balance_cents})


@require_POST
@json_body
@staff_required
def create_voucher(request):
    code = request.data["code"].strip().upper()
    voucher, created = Voucher.objects.get_or_create(
        code=code, defaults={"amount_cents": request.data["amount_cents"]}
    )
    if not created:
        return error("Code already exists", 409)
    return JsonResponse({"code": voucher.code, "amount_cents": voucher.amount_cents}, status=201)


@require_POST
@json_body
@login_required
def redeem_voucher(request):
    code = request.data.get("code", "").strip().upper()
    voucher = Voucher.objects.filter(code=code).first()
    if voucher is None:
        return error("Voucher not found", 404)
    if voucher.redeemed_at is not None:
        return error("Voucher already redeemed", 409)
    voucher.redeemed_by = request.user
    voucher.redeemed_at = timezone.now()
    voucher.save()
    wallet = get_wallet(request.user)
    wallet.balance_cents += voucher.amount_cents
    wallet.save()
    return JsonResponse({"balance_cents": wallet.balance_cents})


@require_http_methods(["GET", "POST"])
def events(request):
    if request.method == "POST":
        return create_event(request)
    limit = int(request.GET.get("limit", 50))
    offset = int(request.GET.get("offset", 0))
    queryset = Event.objects.all()
    if request.GET.get("q"):
        queryset = queryset.filter(name__icontains=request.GET["q"])
    if request.GET.get("after"):
        queryset = queryset.filter(starts_at__gte=parse_datetime(request.GET["after"]))
    return JsonResponse({"events": [e.to_dict() for e in queryset[offset : offset + limit]]})


@json_body
@staff_required
def create_event(request):
    data = request.data
    missing = [f for f in ("name", "venue", "starts_at", "price_cents", "capacity") if f not in data]
    if missing:
        return error(f"Missing fields: {', '.join(missing)}")
    starts_at = parse_datetime(data["starts_at"])
    if starts_at is None:
        return error("starts_at must be an ISO 8601 datetime")
    if timezone.is_naive(starts_at):
        starts_at = timezone.make_aware(starts_at)
    event = Event.objects.create(
        name=data["name"],
        venue=data["venue"],
        starts_at=starts_at,
        price_cents=int(data["price_cents"]),
        capacity=int(data["capacity"]),
    )
    return JsonResponse(event.to_dict(), status=201)


@require_GET
def event_detail(request, event_id):
    event = Event.objects.filter(pk=event_id).first()
    if event is None:
        return error("Event not found", 404)
    return JsonResponse(event.to_dict())


@require_POST
@json_body
@login_required
def book(request, event_id):
    quantity = int(request.data.get("quantity", 1))
    if quantity < 1 or quantity > MAX_TICKETS_PER_BOOKING:
        return error(f"quantity must be between 1 and {MAX_TICKETS_PER_BOOKING}")

    with transaction.atomic():
        event = Event.objects.select_for_update().filter(pk=event_id).first()
        if event is None:
            return error("Event not found", 404)
        if event.starts_at < timezone.now():
            return error("Event has already started", 409)
        if event.seats_left < quantity:
            return error("Not enough seats left", 409)
        wallet = Wallet.objects.select_for_update().get(user=request.user)
        total = event.price_cents * quantity
        if wallet.balance_cents < total:
            return error("Not enough balance", 402)

        event.seats_sold += quantity
        event.save()
        wallet.balance_cents -= total
        wallet.save()
        booking = Booking.objects.create(
            user=request.user, event=event, quantity=quantity, total_cents=total
        )
        send_webhook("booking.confirmed", booking)

    return JsonResponse(booking.to_dict(), status=201)


@require_GET
@login_required
def bookings(request):
    queryset = request.user.bookings.select_related("event").order_by("-created_at")
    if request.GET.get("status"):
        queryset = queryset.filter(status=request.GET["status"])
    return JsonResponse({"bookings": [b.to_dict() for b in queryset]})


@require_POST
@login_required
def cancel_booking(request, booking_id):
    booking = Booking.objects.filter(pk=booking_id, user=request.user).first()
    if booking is None:
        return error("Booking not found", 404)
    if booking.status == Booking.CANCELLED:
        return error("Booking is already cancelled", 409)
    if booking.event.starts_at < timezone.now():
        return error("Event has already started", 409)

    with transaction.atomic():
        booking.status = Booking.CANCELLED
        booking.save()
        event = booking.event
        event.seats_sold -= booking.quantity
        event.save()
        wallet = get_wallet(request.user)
        wallet.balance_cents += booking.total_cents
        wallet.save()

    send_webhook("booking.cancelled", booking)
    return JsonResponse(booking.to_dict())


@require_POST
@json_body
@staff_required
def check_in(request):
    booking = Booking.objects.filter(code=request.data.get("code")).first()
    if booking is None:
        return error("Ticket not found", 404)
    if booking.status != Booking.CONFIRMED:
        return error("Ticket is not valid", 409)
    if booking.checked_in >= booking.quantity:
        return error("All tickets of this booking are already checked in", 409)
    booking.checked_in += 1
    booking.save()
    return JsonResponse(booking.to_dict())
