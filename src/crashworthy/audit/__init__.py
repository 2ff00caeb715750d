"""Reads a parsed folder and lists suspicions: what would break, where, and which operations reach it."""
