"""A service's folder, parsed once: files, symbols, routes, call graph, imports, what it reads and calls."""
