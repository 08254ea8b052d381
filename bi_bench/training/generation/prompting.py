"""Renders a benchmark's prompt as the text that a model reads, the same in every stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from transformers import PreTrainedTokenizerBase

from bi_bench.api import UserError
from bi_bench.training.generation.templates import bounded_rendering
from bi_bench.training.identity import parse

# Templates may print the day; with a fixed one a prompt is the same tomorrow.
DAY = date(2024, 7, 26)
LONGEST = 1_000_000  # characters that a template may add


@dataclass(frozen=True, slots=True)
class Prompting:
    """A chat template ("none", "model" or its text), a system message, what opens the answer.

    ``stop``: texts that end a completion.
    """

    template: str = "none"
    system: str = ""
    prefix: str = ""
    stop: tuple[str, ...] = ()

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Prompting:
        """From the settings of a stage identity; the default if they have no "prompt"."""
        return parse(cls, settings.get("prompt", {}))

    def render(self, tokenizer: PreTrainedTokenizerBase, prompts: Sequence[str]) -> list[str]:
        """Each prompt as the model reads it, up to where its answer begins.

        A prompt that ends in ``prefix`` by itself has it once: behind the header of the answer where
        there is a template. Raises UserError for a template that is missing, fails or drops a text.
        """
        if self.template == "none":
            return self.opened(prompts)
        if self.template == "model" and not getattr(tokenizer, "chat_template", None):
            raise UserError(
                'defaults.prompt.template = "model", but the tokenizer of this model has no chat '
                'template; write "none" or name a file with one'
            )
        return [self._chat(tokenizer, prompt) + self.prefix for prompt in prompts]

    def opened(self, prompts: Sequence[str]) -> list[str]:
        """Each prompt with ``prefix`` at its end, once: all there is to render without a template."""
        return [prompt.removesuffix(self.prefix) + self.prefix for prompt in prompts]

    def _chat(self, tokenizer: PreTrainedTokenizerBase, prompt: str) -> str:
        question = prompt.removesuffix(self.prefix).rstrip() if self.prefix else prompt
        messages = [{"role": "user", "content": question}]
        if self.system:
            messages.insert(0, {"role": "system", "content": self.system})
        template = None if self.template == "model" else self.template
        with bounded_rendering(template or tokenizer.chat_template):
            text = tokenizer.apply_chat_template(
                messages,
                chat_template=template,
                tokenize=False,
                add_generation_prompt=True,
                strftime_now=DAY.strftime,
            )
        if len(str(text)) > LONGEST + sum(len(message["content"]) for message in messages):
            raise UserError(f"defaults.prompt.template adds more than {LONGEST} characters")
        for message in messages:
            if message["content"].strip() not in str(text):
                raise UserError(
                    f"defaults.prompt.template drops the {message['role']} message; use a "
                    "template that shows it"
                )
        return str(text)
