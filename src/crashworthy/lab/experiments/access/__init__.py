"""Experiments in which one actor tries what belongs to another."""
