"""Raw SQL with the city as a parameter."""

import pathlib

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="only-for-this-process",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    INSTALLED_APPS=[],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(pathlib.Path("shop.db").absolute())}},
)
django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import DatabaseError, connection, models  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402


class Shop(models.Model):
    city = models.CharField(max_length=80)

    class Meta:
        app_label = "shops"


with connection.schema_editor() as editor:
    if "shops_shop" not in connection.introspection.table_names():
        editor.create_model(Shop)
        Shop.objects.create(city="Turin")
connection.close()


def shops(request):
    city = request.GET.get("city", "Turin")
    try:
        found = Shop.objects.raw("SELECT id, city FROM shops_shop WHERE city = %s", [city])
        return JsonResponse({"shops": [shop.id for shop in found]})
    except DatabaseError:
        return JsonResponse({"error": "no such city"}, status=400)


urlpatterns = [path("shops", shops)]
app = WSGIHandler()
