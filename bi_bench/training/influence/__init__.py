"""Log-probabilities, policy gradients, and the influence of one query on others."""
