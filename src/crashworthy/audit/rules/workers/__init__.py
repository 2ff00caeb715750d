"""Rules for what holds in one process only."""
