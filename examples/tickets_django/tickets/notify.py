import logging

import requests
from django.conf import settings

logger = logging.getLogger(__name__)


def send_webhook(kind, booking):
    """Tell the notification service about a booking so that it can e-mail the buyer."""
    if not settings.NOTIFY_WEBHOOK_URL:
        return
    try:
        response = requests.post(
            settings.NOTIFY_WEBHOOK_URL,
            json={
                "type": kind,
                "booking": booking.to_dict(),
                "email": booking.user.email,
            },
            timeout=30,
        )
        response.raise_for_status()
    except requests.RequestException as exc:
        logger.warning("Webhook %s for booking %s failed: %s", kind, booking.id, exc)
