"""The steps that a plan states, which a benchmark's parser must read back from the words."""

from __future__ import annotations

from collections.abc import Iterator

from bi_bench.api.expression import Number, substitute
from bi_bench.api.graph import ReasoningGraph
from bi_bench.api.plan import Plan
from bi_bench.api.speech import computed, intermediate
from bi_bench.api.verify import Stated


def stated(graph: ReasoningGraph, plan: Plan) -> list[Stated]:
    """Every step of a plan that states something, as :func:`~bi_bench.api.speech.speak` words it.

    Subgoals are part of the computation that they follow; a filler and a ``say`` state nothing.
    """
    return list(_stated(graph, plan))


def _stated(graph: ReasoningGraph, plan: Plan) -> Iterator[Stated]:
    said: dict[str, Number] = {}
    for index, step in enumerate(plan.steps):
        quantity, content = graph[step.quantity], graph[step.content or step.quantity]
        if step.kind in ("read", "compute"):
            value = computed(graph, quantity, step.offset, said)
            numeric = substitute(quantity.equation, said)
            said[quantity.name] = value
            if step.kind == "read":
                yield Stated("read", quantity.name, 0, 0, (value,))
                continue
            between = []
            for place, later in enumerate(plan.steps[index + 1 :]):
                if later.kind != "subgoal" or later.quantity != quantity.name:
                    break
                between.append(intermediate(graph, numeric, later, place))
            chain = (quantity.equation, numeric, *between, value)
            yield Stated("compute", quantity.name, 0, 0, chain)
        elif step.kind == "attempt":
            missing = tuple(p for p in content.parents if step.content or p not in said)
            yield Stated("attempt", quantity.name, 0, 0, missing=missing)
        elif step.kind == "return":
            yield Stated("return", content.name, 0, 0)
        elif step.kind == "restate":
            yield Stated("restate", content.name, 0, 0, (content.equation,))
