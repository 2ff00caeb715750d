from django.contrib.auth.decorators import login_required
from django.http import HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme


@login_required
def welcome(request):
    target = request.GET.get("next", "/")
    own = {request.get_host()}
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=own, require_https=request.is_secure()):
        target = "/"
    return HttpResponseRedirect(target)


urlpatterns = [path("welcome", welcome)]
