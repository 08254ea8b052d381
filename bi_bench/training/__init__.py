"""The heavy room: the only one that imports torch, transformers and TRL."""
