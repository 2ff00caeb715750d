"""Experiments that send a request again, as clients do whose answer was lost."""
