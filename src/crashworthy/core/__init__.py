"""Frozen values that the stages exchange, and the events a run emits."""
