"""Statistics of the gain: numbers in, intervals and labels out, nothing read or written.

A contrast is a table of differences with one row a seed and one column a problem, in the unit of
the scores (0 to 1). `crossed_interval` gives its mean and interval, `gain_label` and `arm_label`
put it into words, `arm_place` ranks an arm by both of its contrasts, the bootstraps check it, `holm`
corrects many of them, `smallest_detectable_gain` gives before the run what a suite could see.
`effective_clusters` gives how many equal clusters uneven ones are worth. `constant_answer_floor`,
`pass_at_k`, `majority_score`, `mcnemar` and `split_gain` go with scores and gains;
`rank_correlation` compares predictors of the gain with it.
"""

from __future__ import annotations

from bi_bench.stats._table import effective_clusters
from bi_bench.stats.accuracy import constant_answer_floor, majority_score, pass_at_k
from bi_bench.stats.bootstrap import BootstrapInterval, crossed_bootstrap, paired_bootstrap
from bi_bench.stats.contrast import Contrast, crossed_interval
from bi_bench.stats.detectable import Detectable, smallest_detectable_gain
from bi_bench.stats.holm import Corrected, holm
from bi_bench.stats.mcnemar import McNemar, mcnemar
from bi_bench.stats.rank import CLUSTERS_FOR_A_CORRELATION, RankCorrelation, rank_correlation
from bi_bench.stats.split import GainSplit, split_gain
from bi_bench.stats.verdict import (
    ArmLabel,
    GainLabel,
    Place,
    arm_label,
    arm_place,
    gain_label,
    headroom_gain,
)

__all__ = [
    "CLUSTERS_FOR_A_CORRELATION",
    "ArmLabel",
    "BootstrapInterval",
    "Contrast",
    "Corrected",
    "Detectable",
    "GainLabel",
    "GainSplit",
    "McNemar",
    "Place",
    "RankCorrelation",
    "arm_label",
    "arm_place",
    "constant_answer_floor",
    "crossed_bootstrap",
    "crossed_interval",
    "effective_clusters",
    "gain_label",
    "headroom_gain",
    "holm",
    "majority_score",
    "mcnemar",
    "paired_bootstrap",
    "pass_at_k",
    "rank_correlation",
    "smallest_detectable_gain",
    "split_gain",
]
