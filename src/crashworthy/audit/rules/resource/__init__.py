"""Rules that suspect weaknesses of the family resource."""
