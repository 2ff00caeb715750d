"""Traffic: what the service offers, and how to use it like someone who has read its docs."""
