"""Calls math-verify, inside the bounded process and here alone."""

from __future__ import annotations

import logging

from math_verify import LatexExtractionConfig, parse, verify

logging.getLogger("math_verify").setLevel(logging.ERROR)  # it warns of the missing timeout

# Formulas alone: its plain expressions go through sympy's parse_expr, which evaluates code.
_WANTED = [LatexExtractionConfig(boxed_match_priority=0)]


def equal(answer: str, reference: str) -> bool:
    """True if math-verify takes two formulas as equal."""
    right, found = (
        parse(f"\\boxed{{{each}}}", _WANTED, fallback_mode="no_fallback", parsing_timeout=None)
        for each in (reference, answer)
    )
    return bool(right and found and verify(right, found, timeout_seconds=None))
