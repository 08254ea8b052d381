"""Reads the evaluations of decoders, paired with those before and after RFT of the same cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bi_bench.artifacts.role import decoded, decoder_and_split, post, pre
from bi_bench.report.content.pairs import IdentityMismatch, check_arm
from bi_bench.report.content.row import Kind, evaluation
from bi_bench.report.content.scores import arm_scores
from bi_bench.report.data.cells import Arm
from bi_bench.report.data.results import Pair, Results

if TYPE_CHECKING:
    from bi_bench.stats import Contrast


@dataclass(frozen=True)
class DecoderRow:
    """A decoder in one arm on one split, by one way to score, over the seeds that are done.

    ``gain`` is its score minus that before RFT, ``over_rft`` minus that after it.
    """

    arm: Arm
    split: str
    decoder: str
    kind: Kind
    samples: int
    seeds: int
    score: Contrast
    gain: Contrast
    over_rft: Contrast

    @property
    def evaluation(self) -> str:
        """ "igsm · test-id", as in the rows of the report."""
        return evaluation(self.arm.benchmark, self.split)


def read_decoders(results: Results) -> tuple[DecoderRow, ...]:
    """The rows of all decoders of which a seed is done; without those of a single problem."""
    found = []
    for arm, cells in results.arms().items():
        for about in dict.fromkeys(about for cell in cells for about in cell.about("decoded")):
            label, split = decoder_and_split(about)
            role = decoded(label, split)
            own = [cell for cell in cells if cell.done(pre(split), post(split), role)]
            drawn = {cell.seed: results.outcomes(cell.keys[role]) for cell in own}
            pairs = {cell.seed: results.pair(cell, split) for cell in own}
            before = {seed: Pair(pair.pre, drawn[seed]) for seed, pair in pairs.items()}
            after = {seed: Pair(pair.post, drawn[seed]) for seed, pair in pairs.items()}
            if not own or not _comparable(before) or not _comparable(after):
                continue
            samples = next(iter(drawn.values())).samples
            kinds: tuple[Kind, ...] = ("greedy", "sampled") if samples else ("greedy",)
            for kind in kinds:
                scores, over = arm_scores(before, kind), arm_scores(after, kind).gain
                row = arm, split, label, kind, samples, len(own), scores.post, scores.gain, over
                found.append(DecoderRow(*row))
    return tuple(found)


def _comparable(pairs: dict[int, Pair]) -> bool:
    try:
        check_arm(pairs)
    except IdentityMismatch:  # the row of the arm says why
        return False
    return all(len(pair.pre.problems) > 1 for pair in pairs.values())
