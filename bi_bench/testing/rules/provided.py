"""The rule about what a strategy, an algorithm or a reward needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bi_bench.api import Algorithm, Reward, Strategy, did_you_mean
from bi_bench.api.benchmark import PROVIDED
from bi_bench.testing.case import Case, Fault

Needy = Strategy | Algorithm | Reward


def needs_of(more: frozenset[str] = frozenset()) -> Callable[[Case[Needy]], Iterator[Fault]]:
    """The rule, where benchmarks provide what is needed and the core provides ``more``."""
    possible = sorted(PROVIDED | more)

    def needs(case: Case[Needy]) -> Iterator[Fault]:
        """It needs what can be provided."""
        for unknown in sorted(case.plugin.needs - set(possible)):
            known = ", ".join(f'"{each}"' for each in possible)
            hint = did_you_mean(unknown, possible)
            yield Fault(f'nothing provides "{unknown}"{hint}', f"needs: of {known}")

    return needs
