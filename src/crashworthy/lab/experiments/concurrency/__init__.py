"""Experiments that let requests overlap in time."""
