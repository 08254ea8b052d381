"""GSM8K (Cobbe et al. 2021, arXiv 2110.14168): grade-school problems with calculator annotations."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from bi_bench.api import (
    Plan,
    Problem,
    ReasoningGraph,
    Solution,
    Split,
    Stated,
    Step,
    speak,
    subgoal_count,
    verify,
)
from bi_bench.api.graph import Order
from bi_bench_plugins.benchmarks.word_problems.annotations import (
    ANNOTATION,
    NoGraph,
    graph_of,
    without_annotations,
)
from bi_bench_plugins.benchmarks.word_problems.answers import number
from bi_bench_plugins.benchmarks.word_problems.base import WordProblems
from bi_bench_plugins.benchmarks.word_problems.files import BadRow, Row, text
from bi_bench_plugins.benchmarks.word_problems.parameters import ID, SourceParameters
from bi_bench_plugins.benchmarks.word_problems.parse_steps import parse_steps
from bi_bench_plugins.benchmarks.word_problems.phrases import PHRASES
from bi_bench_plugins.benchmarks.word_problems.splits import Item
from bi_bench_plugins.benchmarks.word_problems.voice import (
    WordVoice,
    closing,
    words_of,
)

_FINAL = re.compile(r"^####[ \t]*(.*)$", re.MULTILINE)
_TOKENS = 1024


class GSM8KParameters(SourceParameters):
    """Where the problems are, what counts as harder, and which of them are demonstrated."""

    id: str = Field(default="", description=ID, examples=["openai/gsm8k"])
    subset: str = Field(default="main", description="subset of the hub dataset")
    ood_steps: int = Field(
        default=5,
        ge=0,
        description="annotated steps from which a test problem is test-ood; 0: no test-ood",
    )
    sft_with_graph: bool = Field(
        default=True,
        description="sft has problems with a graph alone, so that all arms get the same questions",
    )
    order: Order = Field(
        default="topological", description="order of the steps in the plain solution"
    )


class GSM8K(WordProblems[GSM8KParameters]):
    """GSM8K from the hub or local files; annotated solutions are reasoning graphs where they can be.

    Columns: ``question``, and ``answer`` with ``<<6*4=24>>`` and a last line ``#### 24``. A problem
    without a graph keeps its solution as text; ``metadata["no_graph"]`` has the reason.
    """

    name = "gsm8k"
    paper = "arXiv:2110.14168"
    version = 2
    provides = frozenset({"graph", "solution"})

    @property
    def max_new_tokens(self) -> int:
        """Room for a long solution with everything injected."""
        return _TOKENS

    @property
    def subsets(self) -> tuple[str, ...]:
        """The one subset that is read."""
        return (self.params.subset,)

    @property
    def harder_from(self) -> int:
        """Annotated steps at which test-ood begins."""
        return self.params.ood_steps

    def item(self, row: Row, place: str) -> Item:
        """A row with a number after ``####``; the difficulty is its count of annotations."""
        question, solution = text(row, "question").strip(), text(row, "answer")
        finals = [*_FINAL.finditer(solution)]
        if not finals:
            raise BadRow('the column "answer" has no line "#### N"')
        value = number(finals[-1][1])
        if value is None:
            raise BadRow(f'"#### {finals[-1][1].strip()}" is no number')
        bare = re.sub(r"[^-.\d]", "", finals[-1][1]).rstrip(".")
        answer = str(value) if value.denominator == 1 else bare
        steps = len(ANNOTATION.findall(solution))
        return Item(place, question, answer, solution[: finals[-1].start()], steps)

    def problem(self, item: Item) -> Problem:
        """With a graph and the words of its steps, or with the reason why it has none."""
        prose = without_annotations(item.solution)
        solution = f"{prose}\n{closing(item.answer)}" if prose else closing(item.answer)
        metadata: dict[str, Any] = {"ops": item.difficulty}
        graph: ReasoningGraph | None = None
        try:
            sketch = graph_of(item.question, item.solution, item.answer)
            words = words_of(sketch, item.solution)
            _check(sketch.graph, words)
        except NoGraph as reason:
            metadata["no_graph"] = str(reason)
        else:
            graph, metadata["words"] = sketch.graph, words
        return Problem(
            id=f"gsm8k/{item.place}",
            question=item.question,
            answer=item.answer,
            graph=graph,
            solution=solution,
            metadata=metadata,
        )

    def _chosen(self, split: Split, rng: random.Random) -> Iterator[Problem]:
        graphs_only = split == "sft" and self.params.sft_with_graph
        return (p for p in super()._chosen(split, rng) if p.graph or not graphs_only)

    def tally(self, split: Split) -> Mapping[str, Any]:
        """Also the share of the split's problems that have a graph, and why the others have none."""
        items = self._division.splits[split]
        problems = [self.problem(item) for item in items]
        reasons = Counter(p.metadata["no_graph"] for p in problems if p.graph is None)
        share = 1 - reasons.total() / len(items) if items else 0.0
        return {**super().tally(split), "graph_share": share, "no_graph": dict(reasons)}

    def plan(self, problem: Problem, rng: random.Random) -> Plan | None:
        """Every quantity computed once; None for a problem without a graph."""
        if problem.graph is None:
            return None
        order = problem.graph.solution_order(self.params.order, rng)
        return Plan(tuple(Step("compute", name) for name in order))

    def speak(self, problem: Problem, plan: Plan, wording: str) -> Solution:
        """The plan in the sentences of the annotated solution."""
        if problem.graph is None:
            raise TypeError(f"problem {problem.id} has no graph")
        return speak(problem.graph, plan, WordVoice(problem.metadata["words"], wording))

    def steps(self, problem: Problem, text: str) -> list[Stated]:
        """The steps that a spoken plan states, in the letters of the problem's graph."""
        return parse_steps(text)


def _check(graph: ReasoningGraph, words: Mapping[str, str]) -> None:
    """Sentences can be anything: use only those that read back right, whatever is injected."""
    inner = [q for q in graph.quantities if q.parents]
    steps = [Step("attempt", q.name, injected=True) for q in inner]
    for quantity in graph.quantities:
        if quantity.parents:
            steps.append(Step("return", quantity.name, injected=True))
        steps.append(Step("restate", quantity.name, injected=True))
        steps.append(Step("compute", quantity.name))
        subgoal = Step("subgoal", quantity.name, injected=True)
        steps += [subgoal] * subgoal_count(graph, quantity.name)
    spoken = [(s.kind, s.quantity) for s in steps if s.kind != "subgoal"]
    for variant in range(max(map(len, PHRASES.values()))):
        voice = WordVoice(words, variant=variant)
        stated = parse_steps(speak(graph, Plan(tuple(steps)), voice).text)
        same = [(s.kind, s.quantity) for s in stated] == spoken
        if not same or not all(verdict.right for verdict in verify(graph, stated)):
            raise NoGraph("a sentence cannot be told from a step")
