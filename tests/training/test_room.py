"""The room's updates and rollouts against TRL's, on the embedded model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pytest
import torch

from bi_bench.api import Custom, Grade, History, Problem, Rollout, Room, UserError
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.job import TrainingJob
from bi_bench.training.methods import chosen, credited, ended
from bi_bench.training.room import Grading, TrainingRoom
from bi_bench.training.trl.task import RFTSettings
from bi_bench_plugins.algorithms.grpo import GRPO
from tests.training.conftest import LIMIT, PROMPTS, Train, weights

RATE = 1e-3
ADAM = {"optim": "adamw_torch", "weight_decay": 0.0, "max_grad_norm": 1.0, "loss_type": "grpo"}


@pytest.fixture
def room(tiny: Checkpoint, tmp_path: Path) -> TrainingRoom:
    problems = [Problem(f"p/{n}", prompt, "6") for n, prompt in enumerate(PROMPTS)]
    return TrainingRoom(
        TrainingJob(tiny, Numerics(), 1, tmp_path),
        RFTSettings(temperature=1.0, max_new_tokens=LIMIT, batch_size=16, micro_batch_size=8),
        Custom(trainer="mine", steps=3, prompts=4, group=4),
        GRPO(),
        problems,
        PROMPTS,
        Grading(lambda index, text: Grade("6" in text, True), lambda *_: [], lambda _: None),
        [],
        lambda step, generated: step == 2,
    )


class Seen:
    """Keeps the rollouts of a step and what they earned."""

    rollouts: Sequence[Rollout] = ()
    rewards: Sequence[float] = ()

    def __call__(self, rollouts: Sequence[Rollout], rewards: Sequence[float]) -> bool:
        self.rollouts, self.rewards = rollouts, rewards
        return False


def normalised(rewards: Sequence[float]) -> list[float]:
    groups = torch.tensor(rewards).view(4, 4)
    centred = groups - groups.mean(dim=1, keepdim=True)
    return [*map(float, (centred / (groups.std(dim=1, keepdim=True) + 1e-4)).flatten())]


def test_an_update_moves_the_weights_as_a_step_of_grpo_does(
    tiny: Checkpoint, train: Train, room: TrainingRoom
) -> None:
    start = {name: value.clone() for name, value in tiny.model.state_dict().items()}
    before, seen = weights(tiny), Seen()
    (row,) = train(rate=RATE, how={"after": seen}, **ADAM).log
    wanted = weights(tiny) - before
    tiny.model.load_state_dict(start)
    advantages = normalised(seen.rewards)
    assert any(advantages)
    numbers = room.policy_update(seen.rollouts, advantages, learning_rate=RATE)
    assert numbers["grad_norm"] == pytest.approx(row["grad_norm"], rel=1e-4)
    assert torch.cosine_similarity(weights(tiny) - before, wanted, dim=0) > 0.999


def test_a_number_for_each_token_is_the_same_as_one_for_all(
    tiny: Checkpoint, room: TrainingRoom
) -> None:
    rollouts = room.rollouts([0, 1, 2, 3], 4)
    advantages = normalised([float(len(each.ids) % 2) for each in rollouts])
    start = {name: value.clone() for name, value in tiny.model.state_dict().items()}
    one = room.policy_update(rollouts, advantages, learning_rate=RATE)
    tiny.model.load_state_dict(start)
    rows = [[a] * len(r.ids) for a, r in zip(advantages, rollouts, strict=True)]
    assert room.policy_update(rollouts, rows, learning_rate=RATE) == one
    with pytest.raises(ValueError, match="1 numbers for a completion of"):
        room.policy_update(rollouts, [[0.5]] * 16, learning_rate=RATE)


def test_spans_are_the_characters_that_each_token_wrote(room: TrainingRoom) -> None:
    for rollout in room.rollouts([0, 5], 2):
        assert len(rollout.spans) == len(rollout.ids)
        assert "".join(rollout.text[start:end] for start, end in rollout.spans) == rollout.text


def test_imitation_makes_the_pair_likelier_and_is_in_the_log_of_its_step(
    room: TrainingRoom,
) -> None:
    losses = [room.imitate([(0, "7 . 8 .")], learning_rate=RATE)["loss"] for _ in range(3)]
    assert losses[0] > losses[1] > losses[2]
    assert not room.step(reward=0.5)
    assert room.step()  # the budget is spent
    first, second = room.close().log
    assert first == {"step": 1, "reward": 0.5, "imitated": 3, "imitation_loss": losses[2]}
    assert second == {"step": 2}


def test_nothing_to_imitate_is_an_error(room: TrainingRoom) -> None:
    with pytest.raises(ValueError, match="nothing to imitate"):
        room.imitate([], learning_rate=RATE)


class Wrong(GRPO):
    """Chooses as it is told."""

    name = "wrong"
    indices: ClassVar[Sequence[int]] = ()

    def choose(self, history: History, n: int, rng: random.Random) -> Sequence[int]:
        return self.indices


@pytest.mark.parametrize("indices", [[0, 1, 2, 8], [0], [0, 1, 2, 2.0], [-1, 0, 1, 2]])
def test_a_choice_that_does_not_exist_is_named(
    monkeypatch: pytest.MonkeyPatch, indices: Sequence[int]
) -> None:
    monkeypatch.setattr(Wrong, "indices", indices)
    history = History([Problem(f"p/{n}", "?", "1") for n in range(8)], 2, 3, {})
    with pytest.raises(UserError, match=r'"wrong", step 3: .* not 4 indices from 0 to 7'):
        chosen(Wrong(), history, 4, random.Random(0))


class Odd(GRPO):
    """Returns what it is told."""

    name = "odd"
    result: ClassVar[object] = None

    def credit(
        self, rollouts: Sequence[Rollout], advantages: Sequence[float], room: Room
    ) -> Sequence[Sequence[float]]:
        return self.result  # type: ignore[return-value]

    def between(
        self, rollouts: Sequence[Rollout], rewards: Sequence[float], room: Room
    ) -> bool | None:
        return self.result  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ([0.5, 0.5], "a list of numbers for each rollout; number 0 is 0.5"),
        ([[1.0, 1.0]], "1 rows for 2 rollouts"),
        ([[1.0, 1.0], [1.0]], "1 numbers for rollout 1, which has 3 tokens"),
        ([[1.0, 1.0], [1.0, 1.0, float("nan")]], "not finite"),
    ],
)
def test_credit_of_another_shape_is_named_with_its_step(
    monkeypatch: pytest.MonkeyPatch, room: TrainingRoom, result: object, message: str
) -> None:
    monkeypatch.setattr(Odd, "result", result)
    rollouts = [Rollout(0, "a", (1, 2), False), Rollout(0, "b", (1, 2, 3), False)]
    with pytest.raises(UserError, match=f'"odd", step 7: .*{message}'):
        credited(Odd(), rollouts, [1.0, -1.0], room, 7)


def test_between_ends_a_phase_with_true_alone(
    monkeypatch: pytest.MonkeyPatch, room: TrainingRoom
) -> None:
    assert not ended(Odd(), [], [], room, 1)
    monkeypatch.setattr(Odd, "result", "yes")
    with pytest.raises(UserError, match=r"step 2: .*between returned 'yes'; return True to end"):
        ended(Odd(), [], [], room, 2)
