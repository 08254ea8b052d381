"""The interface to reasoning-gym, imported here alone: datasets by name, and their verifiers."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import sys
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from bi_bench.api import UserError, did_you_mean
from bi_bench_plugins.benchmarks.shared.bounded import call

# Functions that run a text as code; sympy's parser is built on eval.
_RUN = ("eval", "exec", "compile", "parse_expr", "sympify")


def dataset(name: str, config: Mapping[str, Any], seed: int, size: int) -> Any:
    """A dataset of ``size`` entries; UserError if the name is not found, if a setting is wrong,
    or if its verifier might run what a model wrote.
    """
    from reasoning_gym.factory import DATASETS

    if name not in DATASETS:
        raise UserError(
            f'reasoning-gym has no dataset "{name}"{did_you_mean(name, DATASETS) or "."}'
        )
    made, config_of = DATASETS[name]
    if runs_text(made.score_answer):
        raise UserError(
            f'the verifier of "{name}" may run answers of the model as code: its module calls what runs '
            "a text; that is refused"
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
    """True if a verifier may run a text as code: its whole module is looked at.

    It may hand an answer to any other function of it; and one that asks other verifiers (composite)
    to any.
    """
    whole = _called(inspect.getsource(sys.modules[verifier.__module__]))
    own = _called(textwrap.dedent(inspect.getsource(verifier)))
    return not whole.isdisjoint(_RUN) or "score_answer" in own


def _called(source: str) -> set[str]:
    called = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {getattr(function, "id", getattr(function, "attr", "")) for function in called}


def verifier(name: str, config: Mapping[str, Any]) -> Callable[[str, Mapping[str, Any]], float]:
    """The score that a dataset gives an answer to an entry, from 0 to 1."""
    made = dataset(name, config, seed=0, size=1)
    return lambda answer, entry: float(made.score_answer(answer, entry))


def score(name: str, config: Mapping[str, Any], answer: str, entry: Mapping[str, Any]) -> float:
    """The score of an answer by a dataset's verifier; 0 where it fails or takes too long."""
    found = call(f"{__name__}:verifier", answer, entry, made_by=(name, config))
    return 0.0 if found is None else found
