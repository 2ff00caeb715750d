"""The box: namespaces around the engine and the service, so that nothing leaves and nothing outlives a run."""
