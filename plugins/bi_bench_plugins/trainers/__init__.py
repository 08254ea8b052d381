"""Trainers: they carry out the phases of algorithms."""
