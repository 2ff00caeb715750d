"""Runs a service inside its own interpreter up to the moment at which it would serve.

Imports only the standard library. There the process reports how the service is declared to serve, and then
serves on the port it is given, or holds still and forks copies of itself that do (the zygote).
"""
