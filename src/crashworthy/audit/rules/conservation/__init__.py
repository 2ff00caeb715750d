"""Rules for numbers that have to add up."""
