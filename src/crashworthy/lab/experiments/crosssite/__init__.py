"""Experiments with what a browser makes of the answers."""
