"""The service's environment: its interpreter with its packages, and its variables."""
