"""Services in JavaScript and TypeScript, read lightly: routes and the names of their inputs, nothing more."""
