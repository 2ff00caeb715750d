"""Rules for what happens when the process ends."""
