"""From constraints and findings to HOLDS, BREAKS or UNKNOWN, and the exit code."""
