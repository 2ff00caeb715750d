"""Proof: replay from a fresh state, shrink, and write down as a test."""
