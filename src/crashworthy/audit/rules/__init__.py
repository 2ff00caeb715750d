"""The rules, one file each, by the family of the weakness they suspect. `audit.registry` finds them."""
