"""Tests whether the base model has memorised the test questions, from their beginnings.

After the partial-prompt probe of Wu et al., "Reasoning or Memorization?" (arXiv 2507.10532): a model
that continues questions of a published test set word for word, and no fresh ones, has seen that set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field

from bi_bench.api import Analysis, AnalysisContext, Benchmark, Parameters, UserError, stream
from bi_bench_plugins.analyses.checkpoints import load_base
from bi_bench_plugins.analyses.intervals import mean_difference, share_difference

if TYPE_CHECKING:
    from bi_bench.training.checkpoint import Checkpoint


class CompletionParameters(Parameters):
    """How much of a question is shown, of how many, and where fresh ones come from.

    ``contrast``: a procedural benchmark in its natural tier with default parameters, for test sets of
    which there are no fresh problems.
    """

    share: Annotated[
        float, Field(ge=0.1, le=0.9, description="share of the words of a question that is shown")
    ] = 0.6
    problems: Annotated[int, Field(ge=2, description="questions of each kind at most")] = 200
    contrast: Annotated[
        Literal["", "igsm", "dyval-arithmetic"],
        Field(description="benchmark of the fresh questions; empty: the one that is tested"),
    ] = ""


class Cut(NamedTuple):
    """The beginning of a question as it stands, and the words of the rest."""

    beginning: str
    rest: list[str]


class Completion(Analysis[CompletionParameters]):
    """How much of the rest of a question the base model completes, of test and of fresh questions.

    Fresh ones come from the same generator with random numbers that no split has, the same in all
    cells; of a fixed test set from ``contrast``. The prompt is the bare beginning, without a template.
    """

    name = "completion"
    paper = "arXiv:2507.10532"
    needs = ("base", "problems/test-id")
    uses_models = True

    def declines(self, benchmark: Benchmark, defaults: Mapping[str, Any]) -> str:
        """Without test questions, or without anything to hold them against."""
        if "test-id" not in defaults["evaluate"]["splits"]:
            return "test-id is not evaluated"
        if not benchmark.procedural and not self.params.contrast:
            return (
                "the benchmark's problems are a fixed set, so there are no fresh ones to compare with; "
                'set contrast to a procedural benchmark, e.g. "igsm"'
            )
        return ""

    def work(self, defaults: Mapping[str, Any]) -> tuple[float, float]:
        """Test and fresh questions at one checkpoint, where the estimate counts at least two."""
        return float(min(self.params.problems, defaults["data"]["test"])), 0.0

    def measure(self, context: AnalysisContext) -> Sequence[Mapping[str, Any]]:
        """Rows "test", "fresh" and "test - fresh".

        ``exact``: share of questions of which the rest came out word for word; ``overlap``: mean share of
        its words in the longest common subsequence with as many words of the completion.
        """
        known = [problem.question for problem in context.problems("test-id")]
        test = list(islice(cuts(known, self.params.share), self.params.problems))
        drawn = [question for question in self._fresh(context, len(known)) if question not in known]
        fresh = list(islice(cuts(drawn, self.params.share), len(test)))
        if len(test) < 2 or len(fresh) < 2:
            raise UserError(
                f"completion: {len(test)} test questions and {len(fresh)} fresh ones have the two words "
                "that it takes to cut them; at least 2 of each are needed"
            )
        checkpoint = load_base(context)
        found = [scores(context, checkpoint, each) for each in (test, fresh)]
        exact = [[float(score[0]) for score in each] for each in found]
        overlap = [[score[1] for score in each] for each in found]
        rows: list[dict[str, Any]] = [
            {
                "questions": name,
                "n": len(cut),
                "exact": sum(whole) / len(cut),
                "overlap": sum(shares) / len(cut),
                "verdict": "",
                "interval": [],
            }
            for name, cut, whole, shares in zip(
                ("test", "fresh"), (test, fresh), exact, overlap, strict=True
            )
        ]
        intervals = share_difference(*exact), mean_difference(*overlap)
        said = zip(("exact", "overlap"), intervals, strict=True)
        rows.append(
            {
                "questions": "test - fresh",
                "n": len(test) + len(fresh),
                "exact": rows[0]["exact"] - rows[1]["exact"],
                "overlap": rows[0]["overlap"] - rows[1]["overlap"],
                "verdict": "; ".join(f"{name}: {verdict(*ends)}" for name, ends in said),
                "interval": [list(ends) for ends in intervals],
            }
        )
        return rows

    def _fresh(self, context: AnalysisContext, n: int) -> list[str]:
        if not self.params.contrast:
            benchmark = context.benchmark
        elif self.params.contrast == "igsm":
            from bi_bench_plugins.benchmarks.igsm import IGSM

            benchmark = IGSM()
        else:
            from bi_bench_plugins.benchmarks.dyval import DyValArithmetic

            benchmark = DyValArithmetic()
        # Named by nothing of the cell: under every seed the same questions, as those of the test.
        rng = stream(0, "completion", "fresh")
        return [problem.question for problem in islice(benchmark.problems("test-id", n, rng), n)]


def cuts(questions: Sequence[str], share: float) -> Iterator[Cut]:
    """Questions of two or more words, cut behind a share of them; a word remains on each side."""
    for question in questions:
        words = question.split()
        if len(words) > 1:
            kept = min(max(1, int(share * len(words))), len(words) - 1)
            rest = question.split(maxsplit=kept)[kept]
            yield Cut(
                question[: len(question.rstrip()) - len(rest.rstrip())].rstrip(), words[kept:]
            )


def scores(
    context: AnalysisContext, checkpoint: Checkpoint, given: Sequence[Cut]
) -> list[tuple[bool, float]]:
    """Of each question whether the rest came out word for word, and the share of its words."""
    from bi_bench.api import Decoding
    from bi_bench.training.context_length import check_context_length
    from bi_bench.training.generation.sampler import sample
    from bi_bench.training.tokenization import decode, encode_prompts

    tokenizer = checkpoint.tokenizer
    rests = [" " + " ".join(cut.rest) for cut in given]
    # Spacing may cost tokens that the rest here does not have.
    length = 8 + max(map(len, tokenizer(rests, add_special_tokens=False)["input_ids"]))
    beginnings = [cut.beginning for cut in given]
    check_context_length(checkpoint, [str(n) for n in range(len(given))], beginnings, length)
    completions = sample(
        checkpoint.model,
        encode_prompts(tokenizer, beginnings),
        Decoding(length, 0.0),
        end=int(tokenizer.eos_token_id),
        batch=context.settings["batch_size"],
    )
    said = [text.split() for text in decode(tokenizer, completions)]
    pairs = [(cut.rest, words[: len(cut.rest)]) for cut, words in zip(given, said, strict=True)]
    return [(rest == words, common(rest, words) / len(rest)) for rest, words in pairs]


def common(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence, as in ROUGE-L (Lin, 2004)."""
    row = [0] * (len(second) + 1)
    for one in first:
        diagonal = 0
        for place, other in enumerate(second, start=1):
            above = row[place]
            row[place] = diagonal + 1 if one == other else max(above, row[place - 1])
            diagonal = above
    return row[-1]


def verdict(low: float, high: float) -> str:
    """The verdict of a 95 % interval of test minus fresh."""
    if low > 0:
        return "more of the test than of fresh questions"
    return "less of the test than of fresh questions" if high < 0 else "interval includes zero"
