"""Withdraws with Django's ORM by one guarded UPDATE."""

import json

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.http import JsonResponse
from django.urls import path

settings.configure(
    SECRET_KEY="for-tests",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "data.db"}},
)
django.setup()


class Account(models.Model):
    balance = models.IntegerField()

    class Meta:
        app_label = "bank"


if "bank_account" not in connection.introspection.table_names():
    with connection.schema_editor() as editor:
        editor.create_model(Account)
connection.close()


def create(request):
    account = Account.objects.create(balance=json.loads(request.body)["balance"])
    return JsonResponse({"id": account.pk}, status=201)


def read(request, account):
    return JsonResponse({"balance": Account.objects.get(pk=account).balance})


def withdraw(request, account):
    amount = json.loads(request.body)["amount"]
    enough = Account.objects.filter(pk=account, balance__gte=amount)
    if not enough.update(balance=models.F("balance") - amount):
        return JsonResponse({"error": "not enough"}, status=409)
    return JsonResponse({"ok": True})


urlpatterns = [
    path("accounts", create),
    path("accounts/<int:account>", read),
    path("accounts/<int:account>/withdraw", withdraw),
]
app = get_wsgi_application()
