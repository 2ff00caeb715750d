"""Experiments that send marked text into every input, and look where it comes out."""
