"""What the model reads: template, system message, prefix, and the beginning of sequence once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from transformers import PreTrainedTokenizerFast

from bi_bench.api import Decoding, PolicyGradient, UserError
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.generation.prompting import Prompting
from bi_bench.training.generation.sampler import sample
from bi_bench.training.job import TrainingJob
from bi_bench.training.seeding import seed_everything
from bi_bench.training.tokenization import encode_prompts
from bi_bench.training.trl.grpo import train_grpo
from bi_bench.training.trl.sft import Demonstrations, SFTSettings, encode_examples
from bi_bench.training.trl.task import RLTask
from tests.training.conftest import by_text

BARE = "{% for m in messages %}[{{ m.role }}] {{ m.content }} {% endfor %}[assistant] "
OPENING = "{{ bos_token }}" + BARE
ASKED = ["a 6 . ? a <think>", "b 5 . ? b <think>"]
PREFIX = "<think>"


@pytest.mark.parametrize(
    ("prompting", "text"),
    [
        (Prompting(), "a 6 . ? a <think>"),
        (Prompting(prefix=PREFIX), "a 6 . ? a <think>"),
        (Prompting(prefix=" Now:"), "a 6 . ? a <think> Now:"),
        (Prompting(BARE), "[user] a 6 . ? a <think> [assistant] "),
        (Prompting(BARE, "Think.", PREFIX), "[system] Think. [user] a 6 . ? a [assistant] <think>"),
    ],
)
def test_a_prompt_becomes_what_the_model_reads(
    tiny: Checkpoint, prompting: Prompting, text: str
) -> None:
    assert prompting.render(tiny.tokenizer, ASKED)[0] == text


def test_the_models_own_template_is_used_and_missed(tiny: Checkpoint) -> None:
    with pytest.raises(UserError, match="this model has no chat template"):
        Prompting("model").render(tiny.tokenizer, ASKED)
    tiny.tokenizer.chat_template = BARE
    own = Prompting("model", "Think.").render(tiny.tokenizer, ASKED)
    assert own == Prompting(BARE, "Think.").render(tiny.tokenizer, ASKED)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ messages[0].content }}", "drops the user message"),
        ("{{ messages[1].content }}", "drops the system message"),
        ("{{ raise_exception('no system here') }}", "fails: no system here"),
        ("{% for m in messages %}", "template fails"),
    ],
)
def test_a_template_that_cannot_work_is_an_error(
    tiny: Checkpoint, template: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        Prompting(template, "Think.").render(tiny.tokenizer, ASKED)


def test_a_template_cannot_tell_the_day(tiny: Checkpoint) -> None:
    dated = "{{ strftime_now('%d %b %Y') }} " + BARE
    (text, _) = Prompting(dated).render(tiny.tokenizer, ASKED)
    assert text.startswith("26 Jul 2024 ")


def without_bos(tokenizer: Any) -> Any:
    """The same tokenizer, which puts nothing in front by itself."""
    from tokenizers.processors import TemplateProcessing

    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(single="$A", special_tokens=[])
    return tokenizer


@pytest.mark.parametrize("adds", [True, False], ids=["adds", "adds-not"])
@pytest.mark.parametrize("template", ["none", BARE, OPENING], ids=["none", "bare", "writes-bos"])
def test_sft_rollouts_and_log_probabilities_read_the_same_tokens(
    tiny: Checkpoint, tmp_path: Path, adds: bool, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer = tiny.tokenizer if adds else without_bos(tiny.tokenizer)
    assert isinstance(tokenizer, PreTrainedTokenizerFast)
    prompting = Prompting(template, prefix=PREFIX)
    read = prompting.render(tokenizer, ASKED)
    begin, expected = tokenizer.bos_token_id, encode_prompts(tokenizer, read)
    for row in expected:
        assert row.count(begin) == int(adds or template == OPENING)
        assert begin not in row[1:]
    if template == "none":
        assert expected == [tokenizer(text)["input_ids"] for text in ASKED]

    data = encode_examples(tiny, Demonstrations(read, ["x 5"] * 2), SETTINGS)
    for row, prompt in zip(data, expected, strict=True):
        before = [i for i, m in zip(row["input_ids"], row["completion_mask"], strict=True) if not m]
        assert before == prompt
    sampled, scored = rollouts(tiny, read, tmp_path, monkeypatch)
    assert sampled == scored == {tuple(row) for row in expected}


def alternating(index: object, texts: Sequence[str]) -> list[float]:
    return [float(place % 2) for place in range(len(texts))]


def rollouts(
    tiny: Checkpoint, read: list[str], scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[set[tuple[int, ...]], set[tuple[int, ...]]]:
    """The prompts that the sampler was handed, and those whose completions TRL scored."""
    from trl.trainer.grpo_trainer import GRPOTrainer

    from bi_bench.training.trl import rollouts as module

    sampled: set[tuple[int, ...]] = set()
    scored: set[tuple[int, ...]] = set()
    score = GRPOTrainer._get_per_token_logps_and_entropies

    def watched(model: Any, prompts: Any, *arguments: Any, **named: Any) -> Any:
        sampled.update(map(tuple, prompts))
        return sample(model, prompts, *arguments, **named)

    def scoring(self: Any, model: Any, ids: Any, mask: Any, keep: int, *a: Any, **k: Any) -> Any:
        for row, real in zip(ids[:, :-keep].tolist(), mask[:, :-keep].tolist(), strict=True):
            scored.add(tuple(token for token, there in zip(row, real, strict=True) if there))
        return score(self, model, ids, mask, keep, *a, **k)

    monkeypatch.setattr(module, "sample", watched)
    monkeypatch.setattr(GRPOTrainer, "_get_per_token_logps_and_entropies", scoring)
    seed_everything(1)
    phase = PolicyGradient(
        steps=1, prompts=2, group=2, config={"learning_rate": 0.0, "loss_type": "grpo"}
    )
    job = TrainingJob(tiny, Numerics(), 1, scratch)
    train_grpo(job, RLTask(phase, read, by_text(alternating), Decoding(4), 4, 4))
    return sampled, scored


SETTINGS = SFTSettings(
    epochs=1,
    batch_size=2,
    learning_rate=0.0,
    schedule="constant",
    warmup=0.0,
    weight_decay=0.0,
    max_grad_norm=1.0,
    max_length=64,
    micro_batch_size=2,
    gradient_checkpointing=False,
    loss_on="response",
)


ENDLESS = (
    "{% for i in range(99999) %}{% for j in range(99999) %}{% set x = i %}{% endfor %}{% endfor %}"
)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{% for i in range(1000000000) %}x{% endfor %}", "Range too big"),
        (ENDLESS, "not done after 0.5 seconds"),
        ("{{ 'a' * 10000000000 }}", "more than 1000 MB of memory"),
        ("{{ 'a' * 2000000 }}" + BARE, "adds more than 1000000 characters"),
        ("{{ 'a'.ljust(3000000000) }}", "more than 1000 MB of memory"),
        ("{{ 9**9**9 }}", "is not allowed in a chat template"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recurses without end"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
    ],
)
def test_a_template_of_a_stranger_is_bounded(
    tiny: Checkpoint, monkeypatch: pytest.MonkeyPatch, template: str, message: str
) -> None:
    monkeypatch.setattr("bi_bench.training.generation.templates.SECONDS", 0.5)
    with pytest.raises(UserError, match=f"defaults.prompt.template .*{message}"):
        Prompting(template).render(tiny.tokenizer, ASKED)


def test_stars_in_the_text_of_a_template_are_no_powers(tiny: Checkpoint) -> None:
    (text, _) = Prompting("**Task** {{ '**' }} " + BARE).render(tiny.tokenizer, ASKED)
    assert text.startswith("**Task** ** [user]")
