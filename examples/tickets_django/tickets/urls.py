from django.urls import path

from . import views

urlpatterns = [
    path("signup", views.signup),
    path("login", views.login),
    path("me", views.me),
    path("wallet/topup", views.wallet_topup),
    path("vouchers", views.create_voucher),
    path("vouchers/redeem", views.redeem_voucher),
    path("events", views.events),
    path("events/<int:event_id>", views.event_detail),
    path("events/<int:event_id>/book", views.book),
    path("bookings", views.bookings),
    path("bookings/<int:booking_id>/cancel", views.cancel_booking),
    path("checkin", views.check_in),
]
