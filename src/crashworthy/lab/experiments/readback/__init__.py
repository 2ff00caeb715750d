"""Experiments that read back what was acknowledged, from where it was read before."""
