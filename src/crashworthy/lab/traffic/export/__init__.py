"""A playbook for other tools: OpenAPI with links, Arazzo workflows, an HTTP archive."""
