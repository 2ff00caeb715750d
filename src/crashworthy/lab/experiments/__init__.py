"""Experiments: plans to make a weakness happen on a running service, one file each."""
