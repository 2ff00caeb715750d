"""Documents about roles, as values: what each says, before anybody decides how it looks."""
