"""Experiments that follow a secret to where it should not be."""
