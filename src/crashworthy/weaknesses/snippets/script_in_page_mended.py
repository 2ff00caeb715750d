from django.http import HttpResponse
from django.urls import path
from django.utils.html import format_html, format_html_join
from shop.models import Comment


def comments(request):
    rows = format_html_join("", "<li>{}</li>", ((each.text,) for each in Comment.objects.all()))
    return HttpResponse(format_html("<ul>{}</ul>", rows))  # what is put in is escaped


urlpatterns = [path("comments", comments)]
