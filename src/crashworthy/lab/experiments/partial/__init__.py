"""Experiments that break a request off in the middle."""
