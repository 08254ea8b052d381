"""Influence against real gradient steps, against the formula of the paper, and in subspaces."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from transformers import (
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    Lfm2Config,
    Lfm2ForCausalLM,
    PreTrainedModel,
)

from bi_bench.api import UserError
from bi_bench.training.influence.gradients import Aggregate, Group, group_gradient
from bi_bench.training.influence.measure import Influence, measure_influence
from bi_bench.training.influence.subspace import Subspace, SubspaceKind

VOCABULARY = 11
TEMPERATURE = 0.8


def random_model(family: str) -> PreTrainedModel:
    """A random model in double precision, of a family that is smooth in it or of the embedded one."""
    torch.manual_seed(0)
    common: dict[str, Any] = {
        "vocab_size": VOCABULARY,
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 4,
        "num_attention_heads": 2,
        "initializer_range": 0.3,
        "attn_implementation": "sdpa",
    }
    if family == "gpt-neox":
        return GPTNeoXForCausalLM(GPTNeoXConfig(**common)).double()
    layers = ["conv", "full_attention", "conv", "full_attention"]
    return Lfm2ForCausalLM(
        Lfm2Config(
            **common, num_key_value_heads=2, layer_types=layers, block_auto_adjust_ff_dim=False
        )
    ).double()


@pytest.fixture
def model() -> PreTrainedModel:
    """All of its computation is in double precision; the norms of LFM2 are in single."""
    return random_model("gpt-neox")


def groups(n: int, seed: int, *, size: int = 6) -> list[Group]:
    """Random prompts and rollouts of different lengths with mixed rewards."""
    rng = random.Random(seed)

    def tokens(low: int, high: int) -> list[int]:
        # Without 0, the padding: its embedding is a constant, so it must not be among the words.
        return [rng.randrange(1, VOCABULARY) for _ in range(rng.randint(low, high))]

    found = []
    for index in range(n):
        rewards = [1.0] * (1 + index % (size - 1)) + [0.0] * (size - 1 - index % (size - 1))
        rng.shuffle(rewards)
        found.append(Group(tokens(3, 7), [tokens(2, 9) for _ in range(size)], rewards))
    return found


def reference_objective(model: PreTrainedModel, group: Group, aggregate: Aggregate) -> torch.Tensor:
    """The objective row by row, without padding, batches or the code under test."""
    right = sum(group.rewards)
    n = len(group.rewards)
    total = torch.zeros((), dtype=torch.float64)
    for rollout, reward in zip(group.rollouts, group.rewards, strict=True):
        ids = torch.tensor([[*group.prompt, *rollout]])
        logprobs = torch.log_softmax(model(input_ids=ids).logits[0] / TEMPERATURE, -1)
        places = range(len(group.prompt) - 1, ids.shape[1] - 1)
        said = torch.stack([logprobs[p, ids[0, p + 1]] for p in places])
        score = said.mean() if aggregate == "mean" else said.sum()
        # Section 1.3: sqrt((1 - alpha) / alpha) for a right rollout, -sqrt(alpha / (1 - alpha)).
        odds = math.sqrt((n - right) / right)
        total = total + score * (odds if reward else -1 / odds) / n
    return total


def influence_of(model: PreTrainedModel, *args: Sequence[Group], **options: object) -> Influence:
    return measure_influence(model, *args, temperature=TEMPERATURE, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("family", "aggregate", "rate"),
    [
        ("gpt-neox", "mean", 1e-6),
        ("gpt-neox", "sum", 1e-6),
        ("lfm2", "mean", 1e-4),  # smaller changes drown in its norms, which are in single precision
    ],
)
def test_influence_predicts_what_a_real_gradient_step_does(
    family: str, aggregate: Aggregate, rate: float
) -> None:
    model = random_model(family)
    queries, targets = groups(20, 1), groups(3, 2)
    found = influence_of(model, queries, targets, aggregate=aggregate, batch=4)
    weights = {name: value.clone() for name, value in model.state_dict().items()}

    def objective() -> float:
        with torch.no_grad():
            values = [reference_objective(model, group, aggregate) for group in targets]
            return float(sum(values)) / len(targets)

    before = objective()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, maximize=True)
    signs = close = 0
    for query, influence in zip(queries, found.influence, strict=True):
        optimizer.zero_grad()
        reference_objective(model, query, aggregate).backward()
        optimizer.step()
        real, predicted = objective() - before, rate * influence
        model.load_state_dict(weights)
        signs += (real > 0) == (predicted > 0)
        close += abs(real - predicted) <= 0.1 * abs(real)
    assert signs >= 0.95 * len(queries)
    assert close >= 0.95 * len(queries)


def test_it_is_the_formula_of_the_paper(model: PreTrainedModel) -> None:
    """Proposition 3.1 from one gradient for each single rollout: the kernel written out."""
    queries, targets = groups(3, 3), groups(2, 4)
    parameters = list(model.parameters())

    def kernel_vector(prompt: Sequence[int], rollout: Sequence[int]) -> torch.Tensor:
        ids = torch.tensor([[*prompt, *rollout]])
        logprobs = torch.log_softmax(model(input_ids=ids).logits[0] / TEMPERATURE, -1)
        places = range(len(prompt) - 1, ids.shape[1] - 1)
        said = torch.stack([logprobs[p, ids[0, p + 1]] for p in places]).sum()
        return torch.cat([g.flatten() for g in torch.autograd.grad(said, parameters)])

    found = influence_of(model, queries, targets, aggregate="sum")
    for query, influence, co in zip(queries, found.influence, found.co_influence, strict=True):
        own = [
            (kernel_vector(query.prompt, o), r)
            for o, r in zip(query.rollouts, query.rewards, strict=True)
        ]
        plus, minus = (
            torch.stack([vector for vector, reward in own if reward == wanted]).mean(0)
            for wanted in (1, 0)
        )
        terms = []
        for target in targets:
            alpha = statistics.fmean(target.rewards)
            for rollout, reward in zip(target.rollouts, target.rewards, strict=True):
                advantage = (reward - alpha) / math.sqrt(alpha * (1 - alpha))
                kernel = kernel_vector(target.prompt, rollout) @ (plus - minus)
                terms.append(advantage * float(kernel))
        alpha = statistics.fmean(query.rewards)
        assert co == pytest.approx(statistics.fmean(terms), rel=1e-9)
        assert influence == pytest.approx(
            math.sqrt(alpha * (1 - alpha)) * statistics.fmean(terms), rel=1e-9
        )


@pytest.mark.parametrize("reward", [0.0, 1.0, 0.1])
def test_a_group_of_equal_rewards_has_no_influence_at_all(
    model: PreTrainedModel, reward: float
) -> None:
    informative, *targets = groups(4, 5)
    other = groups(1, 6)[0]
    flat = Group(other.prompt, other.rollouts, [reward] * len(other.rollouts))
    found = influence_of(model, [flat, informative], targets)
    assert found.influence[0] == 0.0
    assert found.co_influence[0] is found.cosine[0] is None
    assert found.influence[1] != 0.0
    no_targets = influence_of(model, [informative], [flat])
    assert no_targets.influence == [0.0]
    assert no_targets.cosine == [None]
    assert no_targets.target_norm == 0.0


def test_the_cosine_does_not_depend_on_the_length_of_gradients(model: PreTrainedModel) -> None:
    queries, targets = groups(4, 7), groups(3, 8)
    once = influence_of(model, queries, targets)
    twice = influence_of(
        model,
        [Group(q.prompt, [*q.rollouts, *q.rollouts], [*q.rewards, *q.rewards]) for q in queries],
        targets,
    )
    assert twice.influence == pytest.approx(once.influence)
    assert all(cosine is not None and -1 <= cosine <= 1 for cosine in once.cosine)
    (own,) = influence_of(model, [Group([1, 1], *_rest(targets[0]))], targets[:1]).cosine
    (same,) = influence_of(
        model, [Group([1, 1], *_rest(queries[0]))], [Group([1, 1, 1], *_rest(queries[0]))]
    ).cosine
    assert own is not None
    assert same is not None
    assert same > own


def _rest(group: Group) -> tuple[Sequence[Sequence[int]], Sequence[float]]:
    return group.rollouts, group.rewards


def test_a_projection_keeps_inner_products_within_its_error(model: PreTrainedModel) -> None:
    queries, targets = groups(8, 9), groups(3, 10)
    size = 1024
    full = influence_of(model, queries, targets)
    scale = [abs(i / c) for i, c in zip(full.influence, full.cosine, strict=True) if c]
    errors = []
    for seed in range(10):
        subspace = Subspace("projection", size, seed)
        found = influence_of(model, queries, targets, subspace=subspace)
        zipped = zip(found.influence, full.influence, scale, strict=True)
        errors.append([(a - b) / s for a, b, s in zipped])
    bound = math.sqrt(2 / size)  # of one standard error, in units of both norms
    flat = [error for row in errors for error in row]
    assert math.sqrt(statistics.fmean(e * e for e in flat)) < 1.2 * bound
    assert max(map(abs, flat)) < 5 * bound
    # Unbiased: over 10 seeds the mean error of each query shrinks like one over the root of 10.
    assert all(
        abs(statistics.fmean(c)) < 4 * bound / math.sqrt(10) for c in zip(*errors, strict=True)
    )
    wide = influence_of(model, queries, targets, subspace=Subspace("projection", 16_384, 0))
    assert statistics.correlation(wide.influence, full.influence) > 0.98


def test_a_projection_is_unbiased_for_gradients_that_do_not_average_out() -> None:
    """Constant gradients: without random signs all their products would add up."""
    size, shapes = 64, {"a": (20, 10), "b": (100,)}
    gradients = {name: torch.ones(shape) for name, shape in shapes.items()}
    found = []
    for seed in range(200):
        (sketch,) = Subspace("projection", size, seed).view(gradients)
        assert sketch.shape == (size,)
        found.append(float(sketch @ sketch))
    error = 300 * math.sqrt(2 / size)  # of one sketch, at most
    assert statistics.fmean(found) == pytest.approx(300, abs=4 * error / math.sqrt(len(found)))
    assert statistics.stdev(found) < 1.3 * error


def test_lora_at_its_start_keeps_the_inner_products_of_the_linear_maps(
    model: PreTrainedModel,
) -> None:
    """With many random adapters the mean is that over the linear maps of the layers themselves."""
    query, target = groups(1, 11)[0], groups(1, 12)[0]
    chosen = Subspace("lora", 4).parameters(model)
    assert all("layers" in name and value.dim() == 2 for name, value in chosen.items())
    assert not any("conv.conv" in name or "norm" in name for name in chosen)
    full = dict(zip(dict(model.named_parameters()), _gradient(model, query), strict=True))
    other = dict(zip(dict(model.named_parameters()), _gradient(model, target), strict=True))
    wanted = sum(float((full[name] * other[name]).sum()) for name in chosen)
    norms = math.prod(
        math.sqrt(sum(float((g[name] ** 2).sum()) for name in chosen)) for g in (full, other)
    )
    found = [
        influence_of(model, [query], [target], subspace=Subspace("lora", 4, seed)).influence[0]
        for seed in range(30)
    ]
    assert statistics.fmean(found) == pytest.approx(wanted, abs=0.15 * norms)
    wide = influence_of(model, [query], [target], subspace=Subspace("lora", 4096)).influence[0]
    assert wide == pytest.approx(wanted, abs=0.05 * norms)


def _gradient(model: PreTrainedModel, group: Group) -> list[torch.Tensor]:
    found = group_gradient(model, group, Subspace(), temperature=TEMPERATURE)
    assert found is not None
    return found


def test_the_last_layers_are_a_part_of_the_whole(model: PreTrainedModel) -> None:
    names = set(Subspace("last-layers", 2).parameters(model))
    assert {name.split(".")[2] for name in names} == {"2", "3"}
    assert not any("embed" in name for name in names)
    query, target = groups(1, 13)[0], groups(1, 14)[0]
    everything = dict(zip(dict(model.named_parameters()), _gradient(model, query), strict=True))
    part = group_gradient(model, query, Subspace("last-layers", 2), temperature=TEMPERATURE)
    assert part is not None
    for name, tensor in zip(Subspace("last-layers", 2).parameters(model), part, strict=True):
        assert torch.allclose(tensor, everything[name], rtol=1e-9, atol=1e-14)
    found = influence_of(model, [query], [target], subspace=Subspace("last-layers", 2))
    assert found.influence[0] != 0.0


def test_the_batch_changes_nothing_and_nothing_is_left_behind(model: PreTrainedModel) -> None:
    (group,) = groups(1, 15)
    whole, parts = (group_gradient(model, group, Subspace(), batch=batch) for batch in (128, 4))
    assert whole is not None
    assert parts is not None
    for a, b in zip(whole, parts, strict=True):
        assert torch.allclose(a, b, rtol=1e-9, atol=1e-14)
    assert all(p.grad is None and p.requires_grad for p in model.parameters())
    assert model.training


def test_bad_input_is_refused(model: PreTrainedModel) -> None:
    one, two = groups(2, 16)
    with pytest.raises(ValueError, match="among the queries and the targets"):
        measure_influence(model, [one, two], [one])
    with pytest.raises(ValueError, match="at least one query"):
        measure_influence(model, [], [one])
    with pytest.raises(ValueError, match="2 rollouts and 1 rewards"):
        Group([1], [[1], [2]], [1.0])
    with pytest.raises(ValueError, match="at least two rollouts"):
        Group([1], [[1]], [1.0])
    with pytest.raises(ValueError, match="not finite"):
        Group([1], [[1], [2]], [1.0, math.nan])
    with pytest.raises(ValueError, match="at least one token"):
        measure_influence(model, [Group([1], [[1], []], [1.0, 0.0])], [two])


@pytest.mark.parametrize(
    ("kind", "size", "message"),
    [
        ("fill", 0, '"fill" is not one of full, last-layers'),
        ("full", 3, "with size 3"),
        ("projection", 0, "with size 0"),
        ("lora", -1, "with size -1"),
    ],
)
def test_a_subspace_that_makes_no_sense_is_refused(
    kind: SubspaceKind, size: int, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        Subspace(kind, size)


def test_more_layers_than_there_are_is_an_error(model: PreTrainedModel) -> None:
    with pytest.raises(UserError, match="9 last layers, but the model has 4"):
        Subspace("last-layers", 9).parameters(model)
