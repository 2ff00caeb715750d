"""Experiments that run several processes of the service side by side."""
