"""Checks of a suite before anything runs: its settings, its cells, this machine."""
