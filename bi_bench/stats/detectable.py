"""The smallest gain that a suite could detect, known before it is run."""

from __future__ import annotations

from dataclasses import dataclass

from bi_bench.stats._quantiles import student_quantile
from bi_bench.stats.contrast import SEEDS_FOR_A_WINNER

_LEVEL = 0.95
_POWER = 0.80
# Share of discordance that is real difference between problems, which no sampling averages away.
_PROBLEM_SHARE = 0.25


@dataclass(frozen=True)
class Detectable:
    """The smallest detectable gain (0 to 1) and, in one line, what it takes for granted.

    `gain` is None where not even a gain of 100 points could be detected.
    """

    gain: float | None
    assumptions: str


def smallest_detectable_gain(
    problems: int,
    samples: int,
    seeds: int,
    *,
    discordant: float = 0.35,
    seed_deviation: float = 0.02,
) -> Detectable:
    """The gain that the 95 % interval of n problems, k samples and R seeds shows at 80 % power.

    `discordant` is the share of problems whose single answer changes between right and wrong. A
    quarter of it counts as a difference between problems (variance / n), the rest as chance of
    single answers, drawn anew before and after RL for every seed (variance / (k R n)).
    `seed_deviation` is the standard deviation over seeds of the true gain, 0 to 1. With R < 3 no
    seed variance enters, as in the interval. The difference of gains of two independent arms needs
    up to sqrt(2) times as much. Raises ValueError on counts below 1 (problems below 2) and on
    shares outside 0 to 1.
    """
    if problems < 2 or samples < 1 or seeds < 1:
        raise ValueError(
            f"{problems} problems, {samples} samples, {seeds} seeds; "
            "give at least 2 problems, 1 sample and 1 seed"
        )
    for name, share in (("discordant", discordant), ("seed_deviation", seed_deviation)):
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"{name} is {share}; give a share from 0 to 1, not points or percent")
    residual = (1 - _PROBLEM_SHARE) * discordant / (samples * seeds * problems)
    problem = _PROBLEM_SHARE * discordant / problems
    variance, df = residual + problem, float(problems - 1)
    seed_words = f"no seed variance (conditional on {seeds} seed{'s' * (seeds > 1)})"
    if seeds >= SEEDS_FOR_A_WINNER:
        seed = seed_deviation**2 / seeds
        variance += seed
        # Satterthwaite's formula at the expected mean squares, as in `crossed_interval`.
        spread = (seed + residual) ** 2 / (seeds - 1) + (problem + residual) ** 2 / df
        df = variance**2 / spread if spread else df
        seed_words = f"seed standard deviation {100 * seed_deviation:g} points"
    quantiles = student_quantile(df, (1 + _LEVEL) / 2) + student_quantile(df, _POWER)
    assumptions = (
        f"{_POWER:.0%} power at {_LEVEL:.0%}; n={problems} problems, k={samples} samples, "
        f"R={seeds} seeds; {discordant:.0%} of single answers discordant, "
        f"{_PROBLEM_SHARE:.0%} of that between problems; {seed_words}"
    )
    gain = quantiles * variance**0.5
    return Detectable(gain if gain <= 1.0 else None, assumptions)
