"""pass@k before and after RFT."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from bi_bench.api import Analysis, AnalysisContext, Benchmark, Lines, UserError


class PassAtK(Analysis):
    """pass@k before and after RFT, for k up to the number of sampled answers."""

    name = "pass-at-k"
    paper = "arXiv:2107.03374"
    needs = ("pre", "post")
    figures = (
        Lines(
            {"pass@k": "pass@k (share of problems)"},
            x="k",
            axis="k, answers a problem",
            panels="evaluation",
            caption="pass@k of the sampled answers, before (pre) and after RFT (post).",
        ),
    )

    def declines(self, benchmark: Benchmark, defaults: Mapping[str, Any]) -> str:
        """Without sampled answers."""
        return "" if defaults["evaluate"]["samples"] else "defaults.evaluate.samples is 0"

    def measure(self, context: AnalysisContext) -> Sequence[Mapping[str, Any]]:
        """One row an evaluation and k: powers of two, and the number of samples itself."""
        rows = []
        for role, folder in context.folders.items():
            right = json.loads((folder / "outcomes.json").read_text())["sampled"]
            if not right:
                raise UserError(
                    f"pass-at-k: {role} has no sampled answers; set defaults.evaluate.samples"
                )
            samples = len(right[0])
            powers = [2**i for i in range(samples.bit_length()) if 2**i < samples]
            for k in [*powers, samples]:
                value = math.fsum(pass_at_k(samples, sum(one), k) for one in right) / len(right)
                rows.append({"evaluation": role, "samples": samples, "k": k, "pass@k": value})
        return rows


def pass_at_k(samples: int, right: int, k: int) -> float:
    """The chance that k answers drawn from ``samples``, of which some are right, hold a right one.

    1 - C(n - c, k) / C(n, k), unbiased for independent answers (Chen et al. 2021,
    arXiv 2107.03374, equation 1). ValueError unless 1 <= k <= n and 0 <= c <= n.
    """
    if not 1 <= k <= samples or not 0 <= right <= samples:
        raise ValueError(f"pass@{k} of {right} right answers among {samples} is not defined")
    return 1 - math.comb(samples - right, k) / math.comb(samples, k)
