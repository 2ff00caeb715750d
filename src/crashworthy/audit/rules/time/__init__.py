"""Rules for dates and deadlines."""
