"""Exports of results: LaTeX, model cards and the checkpoints that they are about."""
