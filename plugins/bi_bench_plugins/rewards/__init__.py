"""Rewards: what a rollout earns."""
