"""Builds a report, as numbers, from the results of a run."""
