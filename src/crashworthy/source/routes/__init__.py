"""Routes as each web framework writes them down."""
