"""First-party plugins."""
