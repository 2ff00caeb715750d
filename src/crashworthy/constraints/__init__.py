"""What the service must survive, as a human states it in crashworthy.toml."""
