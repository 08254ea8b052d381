"""The results of a run, opened and read once."""
