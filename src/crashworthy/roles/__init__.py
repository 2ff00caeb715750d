"""Which tasks of a role can be handed to an AI: published scores first, the team's own ledger on top."""
