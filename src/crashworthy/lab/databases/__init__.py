"""Databases of the run's own: the service is never connected to any other."""
