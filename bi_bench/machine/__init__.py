"""This machine: its hardware and installed packages, and what they can run. Loads none of them."""
