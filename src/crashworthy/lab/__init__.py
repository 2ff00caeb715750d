"""The lab: starts the service, learns to use it, and runs experiments on it."""
