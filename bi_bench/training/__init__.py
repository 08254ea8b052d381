"""Trains models and lets them answer: the one room that imports torch, transformers and TRL."""
