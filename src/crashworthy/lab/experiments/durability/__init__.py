"""Experiments that end the service's processes, start them again, and run several of them."""
