from django.http import HttpResponse
from django.urls import path
from shop.models import Comment


def comments(request):
    rows = [f"<li>{each.text}</li>" for each in Comment.objects.all()]
    # A comment such as <img src=x onerror=...> runs in the browser of whoever reads the page.
    return HttpResponse(f"<ul>{''.join(rows)}</ul>")


urlpatterns = [path("comments", comments)]
