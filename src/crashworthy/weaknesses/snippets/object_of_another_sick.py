from billing.models import Invoice
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path


@login_required
def invoice(request, number):
    # Whoever is logged in sees every invoice: the number is all that is asked for.
    found = get_object_or_404(Invoice, pk=number)
    return JsonResponse({"number": found.pk, "total": str(found.total), "address": found.address})


urlpatterns = [path("invoices/<int:number>", invoice)]
