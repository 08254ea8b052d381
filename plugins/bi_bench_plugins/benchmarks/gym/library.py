"""The one place that imports reasoning-gym: datasets by name, and their verifiers."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
from collections.abc import Mapping
from typing import Any

from bi_bench.api import UserError, did_you_mean

# Functions that run a text as code; sympy's parser is built on eval.
_RUN = ("eval", "exec", "compile", "parse_expr", "sympify")


def dataset(name: str, config: Mapping[str, Any], seed: int, size: int) -> Any:
    """A dataset of ``size`` entries; UserError if there is none of that name, if a setting is wrong,
    or if its verifier would run what a model wrote.
    """
    from reasoning_gym.factory import DATASETS

    if name not in DATASETS:
        raise UserError(
            f'reasoning-gym has no dataset "{name}"{did_you_mean(name, DATASETS) or "."}'
        )
    made, config_of = DATASETS[name]
    if runs_text(made.score_answer):
        raise UserError(
            f'the verifier of "{name}" runs answers of the model as code; that is refused'
        )
    known = [field.name for field in dataclasses.fields(config_of)]
    for key in config:
        if key not in known:
            hint = did_you_mean(key, known) or f". Known: {', '.join(known)}"
            raise UserError(f'reasoning-gym: "{name}" has no setting "{key}"{hint}')
    try:
        settings = config_of(**{**config, "seed": seed, "size": size})
        settings.validate()
        return made(settings)
    except (AssertionError, TypeError, ValueError) as error:
        raise UserError(f'reasoning-gym: the settings of "{name}" are wrong: {error}') from None


def runs_text(verifier: Any) -> bool:
    """Whether the source of a verifier names a function that runs a text as code."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(verifier)))
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    names = (getattr(function, "id", getattr(function, "attr", "")) for function in called)
    return not set(names).isdisjoint(_RUN)


def score(verifier: Any, answer: str, entry: Mapping[str, Any]) -> float:
    """What a dataset's verifier gives an answer, from 0 to 1; 0 where it cannot cope with it."""
    try:
        return float(verifier.score_answer(answer, entry))
    except Exception:  # whatever a model wrote may upset a verifier; it is no answer then
        return 0.0
