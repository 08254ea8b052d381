"""SFT with a loss weight for each token.

The loss of an update is the sum of weight times loss over the learnt tokens of all its micro-batches
and processes, divided by their number. Tokens of weight 0 are not learnt: they are masked, and not
counted. TRL's own loss has the same divisor, so that weights of 1 change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from datasets import Dataset
from transformers import PreTrainedTokenizerBase
from trl.trainer.sft_trainer import DataCollatorForLanguageModeling, SFTTrainer

from bi_bench.api import UserError, Weight
from bi_bench.training.tokenization import completion_spans

WEIGHTS = "loss_weights"  # the column of a data set


def with_weights(
    data: Dataset,
    tokenizer: PreTrainedTokenizerBase,
    completions: Sequence[str],
    weights: Sequence[Sequence[Weight]],
) -> Dataset:
    """The rows with a weight for each token; those of weight 0 leave the mask.

    UserError if no token is left.
    """
    columns = data.to_dict()
    values = []
    rows = zip(
        columns["completion_mask"],
        completions,
        weights,
        completion_spans(tokenizer, completions),
        strict=True,
    )
    for mask, completion, given, spans in rows:
        # By character; the last one is the end of the text.
        by_character = [1.0] * (len(completion) + 1)
        for weight in given:
            by_character[weight.start : weight.end] = [float(weight.weight)] * (
                weight.end - weight.start
            )
        own = [by_character[max(end - 1, start)] for start, end in spans]
        values.append([1.0] * (len(mask) - len(own)) + own)
    columns["completion_mask"] = [
        [int(on and weight > 0) for on, weight in zip(mask, row, strict=True)]
        for mask, row in zip(columns["completion_mask"], values, strict=True)
    ]
    if not any(map(any, columns["completion_mask"])):
        raise UserError("every token of every demonstration has the loss weight 0")
    return Dataset.from_dict({**columns, WEIGHTS: values})


class WeightedCollator(DataCollatorForLanguageModeling):
    """Pads the weights like the tokens."""

    def torch_call(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
        """TRL's batch and the weights, (rows, positions)."""
        batch: dict[str, Any] = super().torch_call(examples)
        width = batch["input_ids"].shape[1]
        rows = [row[WEIGHTS] + [1.0] * (width - len(row[WEIGHTS])) for row in examples]
        batch[WEIGHTS] = torch.tensor(rows)
        return batch


class WeightedSFTTrainer(SFTTrainer):
    """TRL's trainer, its loss on each token times what :class:`WeightedCollator` adds to a batch."""

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:
        """TRL's loss of a model whose log-probabilities are weighted; its metrics stay plain."""
        weights = inputs.pop(WEIGHTS)

        def weigh(**given: Any) -> Any:
            outputs = model(**given)
            outputs.log_probs = outputs.log_probs * weights[:, 1:].to(outputs.log_probs.device)
            return outputs

        loss_of: Callable[..., Any] = super().compute_loss
        return loss_of(weigh, inputs, return_outputs, num_items_in_batch)
