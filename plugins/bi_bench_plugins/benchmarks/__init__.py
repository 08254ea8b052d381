"""First-party benchmarks."""
