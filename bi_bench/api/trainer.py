"""The base class of trainers: they carry phases out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, get_args, get_origin

from typing_extensions import TypeVar, get_original_bases

from bi_bench.api.phase import Custom, Phase
from bi_bench.api.plugin import P, Plugin
from bi_bench.api.room import Room

Hook = Literal["choose", "credit", "between"]
HOOKS: tuple[Hook, ...] = get_args(Hook)

K = TypeVar("K", bound=Phase, default=Custom)


@dataclass(frozen=True, slots=True)
class Limits:
    """The settings of a suite that bound what a trainer can do.

    ``micro_batch``: rows of one forward and backward pass. ``processes`` share a stage. ``engine``:
    "sampler" or "vllm". ``stop_texts``: answers may end before the end token.
    """

    micro_batch: int
    processes: int = 1
    engine: str = "sampler"
    stop_texts: bool = False


class Trainer(Plugin[P], ABC, Generic[P, K]):
    """Carries out phases; for methods with a loop of their own. A phase names it.

    ``class Mine(Trainer[MyParameters])`` takes phases of the class
    :class:`~bi_bench.api.Custom`, whose ``config`` are its parameters; a second type argument is another
    class of phases. ``uses``: the methods of an algorithm that it calls; an algorithm that
    overrides another one is refused.
    """

    phase: ClassVar[type[Phase]] = Custom
    uses: ClassVar[frozenset[Hook]] = frozenset()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for base in get_original_bases(cls):
            for argument in get_args(base) if get_origin(base) is Trainer else ():
                if isinstance(argument, type) and issubclass(argument, Phase):
                    cls.phase = argument

    def check(self, phase: K) -> None:
        """Raise UserError for settings that cannot be carried out. Called when a suite is planned.

        Needs no torch. The algorithm's cells are then skipped with the reason.
        """

    def conflict(self, phase: K, limits: Limits) -> str:
        """The reason why a sound phase cannot run under these settings; empty if it can.

        Called when a suite is planned; the suite is then refused. By default a trainer runs in one
        process and draws its rollouts through the room.
        """
        if limits.processes > 1:
            return (
                f'(trainer "{self.name}") runs in one process; set defaults.numerics.processes = 1'
            )
        if limits.engine != "sampler":
            return (
                'draws its rollouts with the engine "sampler" alone; set '
                'defaults.rollouts.engine = "sampler"'
            )
        return ""

    @abstractmethod
    def train(self, room: Room, phase: K) -> None:
        """Train the room's model in place."""
