"""What to believe of tasks after published ratings and the ledger: the model, its sampler, its posterior."""
