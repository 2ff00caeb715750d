"""Experiments on what the service depends on."""
