"""Experiments that set the clock of the service, and write one instant in several ways."""
