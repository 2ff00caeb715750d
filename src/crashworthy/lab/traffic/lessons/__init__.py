"""What others showed us: requests that people recorded, and those that the service's own tests make."""
