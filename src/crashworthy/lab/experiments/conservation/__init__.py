"""Experiments on numbers that have to add up: what is taken is what is given, and no more than there is."""
