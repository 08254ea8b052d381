"""Decoders: decode-time methods over checkpoints of a suite."""
