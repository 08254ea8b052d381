"""The message about a stage that was ended at its time limit."""

from __future__ import annotations


def overdue(label: str, limit: float) -> str:
    """What happened to it and what helps; ``limit`` is in seconds."""
    return (
        f"{label} was ended because it ran longer than its limit of {limit / 3600:.3g} hours; if it "
        "needs more, set defaults.limits.stage_hours in the suite"
    )
