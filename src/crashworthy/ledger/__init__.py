"""The append-only evidence: which run, on which change, by whom, broke what, and after how many rounds it held."""
