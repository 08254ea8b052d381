"""Results in the forms of others: LaTeX, model cards, lm-eval."""
