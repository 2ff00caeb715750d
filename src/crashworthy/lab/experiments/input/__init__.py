"""Experiments that send what the author did not think of."""
