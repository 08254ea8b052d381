"""Logs of single answers that other harnesses write, as paired comparisons."""
