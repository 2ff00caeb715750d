"""The service under test: found, started, forked, put back into its first state, stopped."""
