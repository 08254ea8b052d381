"""Everything that configures or subclasses the trainers of TRL."""
