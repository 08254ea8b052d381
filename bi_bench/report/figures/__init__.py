"""The figures of a report: an overview, and a module for each kind of figure."""
