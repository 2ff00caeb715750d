"""What a run has to say, in the formats that people and machines read. Reports only listen: they decide nothing."""
