"""The ways in: command line, and later MCP, editor and web. No logic of their own."""
