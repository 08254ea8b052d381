from __future__ import annotations

import pytest
import torch

from bi_bench.training.checkpoint import Checkpoint
from bi_bench.training.influence.logprobs import completion_logprobs

PROMPTS = [[1, 5, 6, 7], [1, 5], [1, 9, 8]]
COMPLETIONS = [[10, 11, 2], [12, 13, 14, 15, 2], [2]]


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_a_batch_gives_what_each_row_gives_alone(tiny: Checkpoint, temperature: float) -> None:
    with torch.no_grad():
        found = completion_logprobs(tiny.model, PROMPTS, COMPLETIONS, temperature)
        assert found.lengths.tolist() == [3, 5, 1]
        for index, (prompt, rest) in enumerate(zip(PROMPTS, COMPLETIONS, strict=True)):
            ids = torch.tensor([prompt + rest])
            logprobs = torch.log_softmax(tiny.model(input_ids=ids).logits[0] / temperature, -1)
            places = torch.arange(len(prompt) - 1, ids.shape[1] - 1)
            alone = logprobs[places, ids[0, places + 1]]
            assert float(found.sums[index]) == pytest.approx(float(alone.sum()), rel=1e-5)
            assert float(found.means[index]) == pytest.approx(float(alone.mean()), rel=1e-5)


def test_empty_completions_are_refused(tiny: Checkpoint) -> None:
    with pytest.raises(ValueError, match="at least one token"):
        completion_logprobs(tiny.model, PROMPTS[:1], [[]])
