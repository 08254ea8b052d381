"""What the nouns refuse when they are made, on the author's own line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bi_bench.api import Draft, Grade, Plan, Quantity, ReasoningGraph, Step, Weight
from bi_bench.api.plan import STEP_KINDS, check_plan

GRAPH = ReasoningGraph(
    (
        Quantity("a", 2, 2),
        Quantity("b", ("+", "a", 1), 3),
        Quantity("c", ("*", "a", "b"), 6),
    ),
    "c",
)


@pytest.mark.parametrize("kind", ["wait a minute", "restates", "", None, 3])
def test_an_unknown_kind_of_step_is_refused(kind: Any) -> None:
    with pytest.raises(ValueError, match=r"unknown kind of step .* Known: read, compute") as it:
        Step(kind, "a")
    assert ('did you mean "restate"' in str(it.value)) == (kind == "restates")


def test_every_known_kind_is_a_step() -> None:
    made = [
        Step(kind, "a", injected=True, text="well" if kind == "say" else "") for kind in STEP_KINDS
    ]
    assert [step.kind for step in made] == list(STEP_KINDS)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": "two\nlines"}, "must be one line"),
        ({"text": " blank"}, "must be one line without blanks around it, not ' blank'"),
        ({"text": ""}, "must be one line"),
        ({"text": 7}, "must be a string, not 7"),
        ({"text": "well", "injected": False}, "never part of a plain solution"),
        ({"text": "well", "kind": "restate"}, 'a step "restate" has no text'),
    ],
)
def test_what_a_step_says_is_one_line(fields: dict[str, Any], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        Step(**{"kind": "say", "quantity": "a", "injected": True, **fields})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"correct": 0.83}, "correct of a Grade must be bool, not 0.83"),
        ({"correct": float("nan")}, "correct of a Grade must be bool, not nan"),
        ({"correct": 1}, "correct of a Grade must be bool, not 1"),
        ({"parsed": None}, "parsed of a Grade must be bool, not None"),
        ({"answer": 7}, "answer of a Grade must be str or None, not 7"),
        ({"derivation": 0.5}, "derivation of a Grade must be bool or None, not 0.5"),
        ({"correct": 0.83}, "and partial credit as score="),
        ({"score": 1}, r"score of a Grade must be float or None, not 1; write float\(...\)"),
        ({"score": np.float64(0.5)}, "score of a Grade must be float or None, not .*0.5"),
        ({"correct": np.bool_(True)}, "correct of a Grade must be bool, not .*True"),
        ({"semantic": 0.5}, "semantic of a Grade must be bool or None, not 0.5"),
    ],
)
def test_a_grade_is_a_verdict(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Grade(**{"correct": True, "parsed": True, **fields})


@pytest.mark.parametrize("score", [-0.1, 1.5, float("nan"), float("inf")])
def test_partial_credit_lies_between_0_and_1(score: float) -> None:
    with pytest.raises(ValueError, match=f"between 0 and 1, not {score}; divide by the largest"):
        Grade(correct=False, parsed=True, score=score)


def test_a_right_answer_has_credit() -> None:
    with pytest.raises(ValueError, match=r"correct=True must not have the score 0.0"):
        Grade(correct=True, parsed=True, score=0.0)
    assert Grade(correct=False, parsed=True, score=1.0).score == 1.0


def test_a_draft_has_a_plan_and_a_text() -> None:
    with pytest.raises(TypeError, match="plan of a Draft must be a Plan"):
        Draft(plan=(Step("read", "a"),))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="text of a Draft must be a string, not 7"):
        Draft(text=7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"prompt": " "}, "prompt of a Draft is empty"),
        ({"prompt": 7}, "prompt of a Draft must be a string, not 7"),
        ({"prompt": "a", "premise_order": (0,)}, "a prompt or a premise_order, not both"),
        ({"text": "a", "plan": Plan(())}, "a plan or a text, not both"),
        ({"weights": [Weight(0, 1, 2.0)]}, "must be a tuple of Weight"),
        ({"weights": (Weight(2, 4, 2.0), Weight(0, 3, 2.0))}, "weights of a Draft overlap"),
    ],
)
def test_a_draft_that_contradicts_itself_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        Draft(**fields)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((0, 1, -1.0), "finite and not negative"),
        ((0, 1, float("nan")), "finite and not negative"),
        ((0, 1, "2"), "must be a number, not '2'"),
        ((1, 1, 1.0), "0 <= start < end"),
        ((-1, 1, 1.0), "0 <= start < end"),
        ((0.0, 1, 1.0), "must be integers"),
    ],
)
def test_a_weight_is_a_number_on_characters(values: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        Weight(*values)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([("read", "a"), ("compute", "b")], 'reads or computes the target "c"'),
        ([("read", "a"), ("compute", "c")], 'step 2 .*: "c" comes before "b"'),
        ([("restate", "bb"), ("read", "a")], 'step 1 .*: unknown quantity "bb"'),
        (["read a"], "step 1 of the plan is 'read a', which is not a Step"),
        ([], "no step of the plan"),
    ],
)
def test_invalid_plans_are_refused(steps: list[Any], message: str) -> None:
    made: list[Any] = [s if isinstance(s, str) else Step(*s) for s in steps]
    plan = Plan(tuple(made))
    with pytest.raises((ValueError, TypeError), match=message):
        check_plan(GRAPH, plan)


def test_valid_plans_are_accepted() -> None:
    check_plan(GRAPH, Plan((Step("read", "a"), Step("compute", "b"), Step("compute", "c"))))
