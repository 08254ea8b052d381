"""The budget of an RFT stage that is matched to the RFT of the reference arm."""

from __future__ import annotations

import time
from pathlib import Path

from bi_bench.api import UserError
from bi_bench.artifacts.costs import Costs

# A matched stage takes at most this many times the steps of its algorithm: answers that shrink to
# nothing would never spend what is left.
MOST = 4


class Budget:
    """The amount that the reference spent, as ``match`` counts it, from now on.

    ``match`` "generated_tokens" is exact, "device_seconds" is what a clock measured: with it a run
    cannot be repeated bit for bit.
    """

    def __init__(self, match: str, reference: Path) -> None:
        self._clock, self._started = match == "device_seconds", time.monotonic()
        spent = Costs.read(reference)
        column, limit = (
            ("wall_seconds", spent.wall_seconds)
            if self._clock
            else ("tokens_generated", spent.tokens_generated)
        )
        self._limit = float(limit or 0)
        self.generated = 0
        if not self._limit > 0:
            raise UserError(
                f'defaults.match_rft = "{match}": the RFT of the reference arm has no {column}; '
                "delete its stage and run again, or match steps"
            )

    @property
    def share(self) -> float:
        """The share of the budget that is spent."""
        spent = time.monotonic() - self._started if self._clock else self.generated
        return spent / self._limit

    def enough(self, generated: int) -> bool:
        """True where nothing is left, ``generated`` tokens having been sampled so far."""
        self.generated = generated
        return self.share >= 1
