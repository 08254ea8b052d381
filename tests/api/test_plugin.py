from __future__ import annotations

from typing import Generic, TypeVar

import pytest

from bi_bench.api import Algorithm, Parameters, Phase, Plugin, SupervisedUpdates


class Small(Parameters):
    number: int = 1


class Large(Small):
    more: int = 2


class Recipe(Algorithm[Small]):
    name = "recipe"

    def phases(self) -> list[Phase]:
        return [SupervisedUpdates(steps=self.params.number)]


S = TypeVar("S", bound=Small, covariant=True)
T = TypeVar("T")


class Open(Plugin[S]):
    name = "open"


class Closed(Open[Large]):
    name = "closed"


class Mixin(Generic[T]):
    pass


class Mixed(Mixin[int], Plugin[Small]):
    name = "mixed"


class Heir(Recipe):
    name = "heir"


class Explicit(Plugin):
    name = "explicit"
    Params = Small


class Narrower(Recipe):
    name = "narrower"
    Params = Large


class Bare(Plugin):
    name = "bare"


@pytest.mark.parametrize(
    ("cls", "params"),
    [
        (Recipe, Small),
        (Open, Parameters),
        (Closed, Large),
        (Mixed, Small),
        (Heir, Small),
        (Explicit, Small),
        (Narrower, Large),
        (Bare, Parameters),
    ],
)
def test_the_type_argument_or_the_attribute_declares_the_parameters(
    cls: type[Plugin], params: type[Parameters]
) -> None:
    assert cls.Params is params
    assert type(cls().params) is params


def test_parameters_are_given_or_default() -> None:
    assert Recipe().phases()[0].steps == 1
    assert Recipe(Small(number=7)).phases()[0].steps == 7
