from django.contrib.auth.decorators import login_required
from django.http import HttpResponseRedirect
from django.urls import path


@login_required
def welcome(request):
    # /welcome?next=https://shop.example.net leads to a copy of the login page.
    return HttpResponseRedirect(request.GET.get("next", "/"))


urlpatterns = [path("welcome", welcome)]
