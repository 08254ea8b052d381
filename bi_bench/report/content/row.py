"""The rows of a report, one for each arm and split, with the parts that they consist of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from bi_bench.artifacts.role import benchmark_and_split
from bi_bench.report.data.cells import Arm
from bi_bench.report.text import points

if TYPE_CHECKING:
    from bi_bench.report.content.secondary import Secondary
    from bi_bench.stats import ArmLabel, Contrast, GainLabel

Kind = Literal["greedy", "sampled", "derived", "semantic"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Place = Literal["above", "reference", "tie", "barred", "below", "not tested", "no verdict"]
Missing = Literal[
    "no seed in common", "no finished seed of the reference", "not run for the reference"
]
TRUNCATION_MARK = 0.01
OVERLAP_MARK = 0.01


def evaluation(benchmark: str, split: str) -> str:
    """The name of an evaluation after training on ``benchmark``; ``split`` is that of a row."""
    other, name = benchmark_and_split(split)
    return f"{benchmark} → {other} · {name}" if other else f"{benchmark} · {name}"


def score_name(rows: Iterable[Row]) -> str:
    """ "accuracy", or "score" where some answers get partial credit."""
    return "score" if any(row.partial for row in rows) else "accuracy"


@dataclass(frozen=True)
class Scores:
    """One way to score, in shares (0 to 1), as means with 95 % intervals.

    "greedy" and "sampled" (mean@k) score the answer, by its partial credit where there is any; "derived"
    is the greedy answer with every needed step right, "semantic" its lenient reading. The labels are at
    95 % too, and so exploratory; `Standing` has the corrected one.
    ``final_difference`` and ``gain_difference`` are this arm minus the reference arm, over the
    seeds that both have; None for the reference arm itself and where there is nothing to compare.
    """

    pre: Contrast
    post: Contrast
    gain: Contrast
    headroom: float | None
    gain_labels: tuple[GainLabel, ...]
    final_difference: Contrast | None = None
    gain_difference: Contrast | None = None
    arm_label: ArmLabel | Literal[""] = ""

    @property
    def never_right(self) -> bool:
        """True where no answer was right, before or after: nothing varies, and no interval means anything."""
        return self.pre.estimate == self.post.estimate == 0.0


def gain_points(scores: Scores | None) -> str:
    """The gain as `points`; "never right" where no answer was, since then nothing varies."""
    if scores is None:
        return ""
    return "never right" if scores.never_right else points(scores.gain)


@dataclass(frozen=True)
class Answers:
    """The answers before or after RFT, all as means over seeds.

    ``truncated`` and ``unparsed`` are shares of all answers, ``tokens`` a mean per answer.
    ``derivation`` is the share of greedy answers that are right with a right derivation, and
    ``wrong_derivation`` the share of the *right* greedy answers whose derivation is wrong,
    ``unrecognised`` of those in which a needed step was not found; None where the benchmark cannot
    tell, or where no answer is right. ``contradictory`` is a part of ``unparsed``. Evaluations that
    do not have these two have None, and count what was not found as wrong.
    """

    truncated: float
    unparsed: float
    tokens: float
    derivation: float | None
    wrong_derivation: float | None
    contradictory: float | None = None
    unrecognised: float | None = None


@dataclass(frozen=True)
class Readiness:
    """The probe of the SFT model, before RFT, as means over ``seeds`` seeds."""

    samples: int
    accuracy: float
    informative: float
    spread: float
    seeds: int


@dataclass(frozen=True)
class Overlap:
    """Shares of the test questions that are found in the training texts, as means over seeds.

    ``contaminated``: almost all of it in pieces (the stage "overlap" says how much); ``exact``: whole;
    ``equal``: up to names and order, by the graphs of the problems, ``structure`` up to constants as
    well. None where there are no graphs, or it was not measured.
    """

    contaminated: float
    exact: float
    equal: float | None = None
    structure: float | None = None


@dataclass(frozen=True)
class Costs:
    """The costs of one cell, its shared stages included, as means over seeds.

    ``rft_steps`` is None where it was not counted.
    """

    tokens_trained: float
    tokens_generated: float
    wall_seconds: float
    rft_seconds: float
    rft_steps: float | None = None


@dataclass(frozen=True)
class Refusal:
    """Why evaluations that are there are not compared: "settings.samples differ", "seeds 0 and 1".

    ``where`` names the evaluations, empty where it is about all of them.
    """

    reason: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.reason} ({self.where})" if self.where else self.reason


@dataclass(frozen=True)
class NoComparison:
    """Why an arm has no contrast with the reference arm: results are missing, or it was refused."""

    why: Missing | Refusal

    @property
    def refused(self) -> bool:
        """True where results exist and must not be compared."""
        return isinstance(self.why, Refusal)

    @property
    def short(self) -> str:
        """Without the evaluations between which it was refused."""
        return f"refused: {self.why.reason}" if isinstance(self.why, Refusal) else self.why

    def __str__(self) -> str:
        return f"refused: {self.why}" if self.refused else str(self.why)


@dataclass(frozen=True)
class Standing:
    """The place of an arm next to its reference arm, by the primary contrast.

    ``place`` is that of `stats.arm_place`; "not tested" where one or two seeds test nothing; "no verdict"
    where right answers are mostly derived wrongly, or where there are none. ``contrast`` and ``label`` are at
    the corrected level, ``p_value`` is adjusted; all three are missing where nothing was tested.
    ``group`` counts from 1; rows that share it are not ranked among each other, and 0 is in no group.
    """

    place: Place
    group: int = 0
    contrast: Contrast | None = None
    p_value: float | None = None
    label: ArmLabel | Literal[""] = ""
    score: Kind = "greedy"


@dataclass(frozen=True)
class Row:
    """One arm on one split: a benchmark, model, algorithm and strategy over its seeds.

    ``split`` is "LABEL/SPLIT" where another benchmark than the one trained on was evaluated.
    ``clusters`` that its problems fall into, and how many equal ones these are worth; None without any.
    ``derived`` is there where the benchmark can tell derivations, ``semantic`` where it reads answers
    leniently too. ``partial``: answers get partial credit.

    Where evaluations that belong together differ in their identity, ``refused`` names the field,
    and there are no scores; ``no_comparison`` is why there is none with the reference arm.
    ``over_random`` is the gain minus that of the same arm under a random reward, if there is one;
    ``standing`` is there where the primary contrast of the suite concerns the row.
    """

    benchmark: str
    split: str
    model: str
    algorithm: str
    strategy: str
    is_reference: bool
    seeds: tuple[int, ...]
    planned_seeds: int
    problems: int
    clusters: int | None
    effective_clusters: float | None
    samples: int
    temperature: float | None
    floor: float
    floor_answer: str
    pre_answers: Answers
    post_answers: Answers
    costs: Costs
    readiness: Readiness | None = None
    overlap: Overlap | None = None
    greedy: Scores | None = None
    sampled: Scores | None = None
    derived: Scores | None = None
    semantic: Scores | None = None
    partial: bool = False
    over_random: Contrast | None = None
    secondary: Secondary | None = None
    standing: Standing | None = None
    refused: Refusal | None = None
    no_comparison: NoComparison | None = None
    notes: tuple[str, ...] = ()

    @property
    def arm(self) -> Arm:
        """The arm, without the split."""
        return Arm(self.benchmark, self.model, self.algorithm, self.strategy)

    @property
    def name(self) -> str:
        """ "bridge · grpo · tiny · igsm · test-id", for notes and messages."""
        return " · ".join((self.strategy, self.algorithm, self.model, self.evaluation))

    @property
    def evaluation(self) -> str:
        """ "igsm · test-id", or "igsm → gsm8k · test-id" where another benchmark was evaluated."""
        return evaluation(self.benchmark, self.split)

    def scores(self, kind: Kind) -> Scores | None:
        """One way to score; None where it was not measured, or refused."""
        scores: Scores | None = getattr(self, kind)
        return scores

    def label(self, kind: Kind) -> str:
        """The verdict on the arm against the reference, marked where it is exploratory.

        At the corrected level where the primary contrast is of these scores, else at 95 %.
        """
        scores = self.scores(kind)
        if scores is None or not scores.arm_label:
            return ""
        if self.standing is not None and self.corrected(kind):
            return self.standing.label
        if scores.arm_label.names_no_winner:
            return "no winner"
        return f"{scores.arm_label}{' (exploratory)' * scores.arm_label.is_claim}"

    def corrected(self, kind: Kind) -> bool:
        """True where the label of these scores is at the corrected level of the primary contrast."""
        return (
            self.standing is not None and bool(self.standing.label) and self.standing.score == kind
        )

    @property
    def marks(self) -> str:
        """ "C": near the ceiling before RFT, "L": leak of test questions into the training data,
        "N": no more than a random reward, "T": truncated.
        """
        ceiling = self.greedy is not None and "ceiling" in self.greedy.gain_labels
        cut = max(self.pre_answers.truncated, self.post_answers.truncated) > TRUNCATION_MARK
        null = self.over_random is not None and self.over_random.low <= 0
        found = self.overlap
        leak = found is not None and (
            found.contaminated > OVERLAP_MARK or found.exact > 0 or (found.equal or 0) > 0
        )
        return "C" * ceiling + "L" * leak + "N" * null + "T" * cut

    @property
    def seed_count(self) -> str:
        """ "5", or "2 of 5" where seeds are missing."""
        finished = len(self.seeds)
        if finished == self.planned_seeds:
            return str(finished)
        return f"{finished} of {self.planned_seeds}"
