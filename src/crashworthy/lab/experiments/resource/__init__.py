"""Experiments that measure what one request costs the service."""
