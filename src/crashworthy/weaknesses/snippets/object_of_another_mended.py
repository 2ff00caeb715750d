from billing.models import Invoice
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path


@login_required
def invoice(request, number):
    # The owner is part of the query: what belongs to another is not there.
    found = get_object_or_404(Invoice, pk=number, customer=request.user)
    return JsonResponse({"number": found.pk, "total": str(found.total), "address": found.address})


urlpatterns = [path("invoices/<int:number>", invoice)]
