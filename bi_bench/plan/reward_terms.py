"""Rewards that phases name, found and checked; a fault of the suite's own words is one of the suite."""

from __future__ import annotations

from collections.abc import Mapping

from bi_bench.api import Algorithm, Reward, RewardTerm, UserError
from bi_bench.plugins import Registered, Registry
from bi_bench.suite import Entry
from bi_bench.suite.validation import validate


class WrongRewardError(UserError):
    """A reward that the suite itself names, not the algorithm: no cell of the suite is meant so."""


def reward_of(registry: Registry, term: RewardTerm, entry: Entry[Algorithm]) -> Registered[Reward]:
    """The reward that a term names, its parameters checked.

    WrongRewardError with the key path where the suite wrote the term, else UserError: unknown reward, wrong
    parameters.
    """
    key = _written(term, entry)
    try:
        found = registry.get(Reward, term.name)
        who, where = (entry.who, (entry.place, key)) if key else (f'reward "{term.name}"', ())
        validate(found.cls.Params, dict(term.params), who, where)
    except UserError as error:
        if not key:
            raise
        text = str(error)
        if not text.startswith(f"{entry.who}: "):
            text = f"{entry.who}: {entry.place}.{key}: {text}"
        raise WrongRewardError(text) from None
    return found


def _written(term: RewardTerm, entry: Entry[Algorithm]) -> str:
    """The parameter of the algorithm that names the reward; empty where none does."""
    for key, value in entry.params.model_dump().items():
        named = value.get("name") if isinstance(value, Mapping) else value
        if named == term.name:
            return key
    return ""
