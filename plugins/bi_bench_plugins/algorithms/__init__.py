"""First-party algorithms."""
