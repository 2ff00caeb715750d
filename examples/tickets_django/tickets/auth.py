import json
from functools import wraps

from django.http import JsonResponse

from .models import AuthToken


def error(message, status=400):
    return JsonResponse({"error": message}, status=status)


def json_body(view):
    """Parse the request body as JSON into request.data."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        try:
            request.data = json.loads(request.body or "{}")
        except json.JSONDecodeError:
            return error("Invalid JSON")
        return view(request, *args, **kwargs)

    return wrapper


def login_required(view):
    @wraps(view)
    def wrapper(request, *args, **kwargs):
        key = request.headers.get("Authorization", "").removeprefix("Token ").strip()
        token = AuthToken.objects.select_related("user").filter(key=key).first()
        if token is None:
            return error("Authentication required", 401)
        request.user = token.user
        return view(request, *args, **kwargs)

    return wrapper


def staff_required(view):
    @wraps(view)
    @login_required
    def wrapper(request, *args, **kwargs):
        if not request.user.is_staff:
            return error("Staff only", 403)
        return view(request, *args, **kwargs)

    return wrapper
