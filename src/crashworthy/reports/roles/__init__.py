"""Documents about roles: each laid out once as a sheet, and rendered for the screen, as Markdown and as HTML."""
