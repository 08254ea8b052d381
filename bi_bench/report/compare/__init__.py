"""Compares two arms or two runs, in sentences."""
