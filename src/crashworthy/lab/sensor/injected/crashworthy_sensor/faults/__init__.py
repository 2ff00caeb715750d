"""Faults inside a request: one of its lasting steps fails, or the process dies there, as the engine's plan says."""
