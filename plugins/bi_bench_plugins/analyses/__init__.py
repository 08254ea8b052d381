"""First-party analyses."""
