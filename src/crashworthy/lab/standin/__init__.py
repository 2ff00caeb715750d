"""Stand-ins: one local server that plays every outbound dependency of the service, well or badly."""
