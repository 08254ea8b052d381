"""First-party base models."""
