"""The catalogue of weaknesses, one file per family. `catalogue.CATALOGUE` maps ids to weaknesses."""
