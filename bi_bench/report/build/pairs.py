"""The outcomes of evaluations, and the check that two of them may be compared at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bi_bench.api import UserError
from bi_bench.report.answers.samples import from_answers

_FROM_ANSWERS = frozenset({"parsed", "majority"})
_NEWER = frozenset({"contradictory", "unrecognised"})  # not in every record


class IdentityMismatch(Exception):  # noqa: N818 - a refusal that a row shows
    """Two evaluations, named by ``where``, differ in what must be equal; ``field`` is its path."""

    def __init__(self, field: str, where: str) -> None:
        super().__init__(f"{field} differ ({where})")
        self.field = field
        self.where = where


@dataclass(frozen=True)
class Outcomes:
    """``outcomes.json`` of one evaluation; lists have one entry per problem.

    ``greedy`` is 0/1, ``sampled`` a list of 0/1 per problem (empty without samples). ``parsed``, of
    the greedy answers, and ``majority``, maj@k of the sampled ones, come from the answers and are empty
    where these are not there. ``contradictory``, of all answers, and ``unrecognised``, of the greedy
    ones, are in newer records alone.
    """

    identity: Mapping[str, Any]
    problems: Sequence[str]
    clusters: Sequence[str | None]
    answers: Sequence[str]
    greedy: Sequence[bool]
    sampled: Sequence[Sequence[int]]
    derivation: Sequence[bool | None]
    unparsed: float
    truncated: float
    tokens: float
    parsed: Sequence[bool] = ()
    majority: Sequence[float] = ()
    contradictory: float | None = None
    unrecognised: Sequence[bool] = ()

    @classmethod
    def read(cls, folder: Path) -> Outcomes:
        """The outcomes in the folder of an evaluate stage, or of one in a published record."""
        data = read_result(folder / "outcomes.json")
        if not data.keys() >= _FROM_ANSWERS:
            data = {**from_answers(folder), **data}
        names = cls.__dataclass_fields__.keys()
        try:
            return cls(
                **{name: data[name] for name in names - ((_FROM_ANSWERS | _NEWER) - data.keys())}
            )
        except KeyError as missing:
            raise _damaged(folder / "outcomes.json", f"no entry {missing}") from None


class Pair(NamedTuple):
    """The evaluations of one seed, before and after RFT."""

    pre: Outcomes
    post: Outcomes


def read_result(file: Path) -> dict[str, Any]:
    """A JSON object that a finished stage wrote; UserError where it is gone or damaged."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(file, str(error)) from None
    if not isinstance(data, dict):
        raise _damaged(file, "not a JSON object")
    return data


def check_arm(arm: Mapping[int, Pair]) -> None:
    """Raise IdentityMismatch unless pre and post are alike, and seeds in all but the seed."""
    first = next(iter(arm))
    for seed, pair in arm.items():
        _check_same(pair.pre, pair.post, f"pre and post, seed {seed}")
        _check_same(arm[first].pre, pair.pre, f"seeds {first} and {seed}", ("seed",))


def check_against(arm: Mapping[int, Pair], reference: Mapping[int, Pair]) -> None:
    """Raise IdentityMismatch unless two arms were evaluated alike under every seed of the first."""
    for seed, pair in arm.items():
        _check_same(reference[seed].pre, pair.pre, f"from the reference, pre, seed {seed}")
        _check_same(reference[seed].post, pair.post, f"from the reference, post, seed {seed}")


def _check_same(one: Outcomes, other: Outcomes, where: str, but: Sequence[str] = ()) -> None:
    left = {key: value for key, value in one.identity.items() if key not in but}
    right = {key: value for key, value in other.identity.items() if key not in but}
    if field := _difference(left, right):
        raise IdentityMismatch(field, where)
    # Contrasts pair by position, so the order counts too.
    if list(one.problems) != list(other.problems):
        raise IdentityMismatch("problem ids", where)


def _difference(left: Any, right: Any, path: str = "") -> str:
    """The path of the first field that differs, empty where none does."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for key in sorted({*left, *right}):
            inner = f"{path}.{key}" if path else str(key)
            if key not in left or key not in right:
                return inner
            if found := _difference(left[key], right[key], inner):
                return found
        return ""
    return "" if left == right else path


def _damaged(file: Path, reason: str) -> UserError:
    return UserError(f"{file}: {reason}; delete {file.parent} and run the suite again")
