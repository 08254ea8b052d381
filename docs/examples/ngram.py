"""A model of a kind of its own: n-grams of characters, trained by counting, and what serves it."""

import json
import math
import random
from collections import Counter, defaultdict
from pathlib import Path

from pydantic import Field

from bi_bench.api import (
    Algorithm,
    Completion,
    LanguageModel,
    Learned,
    LoadedModel,
    ModelSource,
    Parameters,
    SupervisedUpdates,
    hookimpl,
)

END = "\n"
FILE = "counts.json"


class Counts(LoadedModel):
    """How often a character followed the ones before it, plus one for every character."""

    def __init__(self, order, letters, counts):
        self.order, self.letters = order, letters
        self.counts = defaultdict(Counter, {key: Counter(value) for key, value in counts.items()})

    def sample(self, prompts, decoding, *, group, seed, on_done):
        found = []
        for index, prompt in enumerate(prompts):
            for member in range(group):
                # A generator for each answer: it does not depend on what else is asked.
                rng = random.Random(f"{seed}/{index}/{member}")
                found.append(self._answer(prompt, decoding, rng))
            on_done(len(found))
        return found

    def _answer(self, prompt, decoding, rng):
        text = ""
        for step in range(decoding.max_new_tokens):
            shares = self._shares(prompt + text)
            if decoding.temperature:
                weights = [share ** (1 / decoding.temperature) for share in shares]
                letter = rng.choices(self.letters, weights)[0]
            else:
                letter = self.letters[shares.index(max(shares))]
            if letter == END:
                return Completion(text, step + 1, truncated=False)
            text += letter
            if any(stop in text for stop in decoding.stop):
                return Completion(text, step + 1, truncated=False)
        return Completion(text, decoding.max_new_tokens, truncated=True)

    def fine_tune(self, prompts, completions, settings, *, updates, seed, on_step):
        pairs = list(zip(prompts, completions, strict=True))
        random.Random(seed).shuffle(pairs)
        size = settings["batch_size"]
        updates = updates or math.ceil(settings["epochs"] * len(pairs) / size)
        log, tokens = [], 0
        for step in range(1, updates + 1):
            batch = [pairs[(step * size + n) % len(pairs)] for n in range(size)]
            learnt = sum(len(completion) + 1 for _, completion in batch)
            loss = -sum(self.logprobs(*zip(*batch, strict=True))) / learnt
            for prompt, completion in batch:
                for before, letter in self._steps(prompt, completion):
                    self.counts[before][letter] += 1
            log.append({"step": step, "loss": loss})
            tokens += learnt
            on_step(step, updates)
        return Learned(log, tokens)

    def logprobs(self, prompts, completions):
        return [
            sum(
                math.log(self._shares(before)[self.letters.index(letter)])
                for before, letter in self._steps(prompt, completion)
            )
            for prompt, completion in zip(prompts, completions, strict=True)
        ]

    def save(self, folder):
        state = {"order": self.order, "letters": self.letters, "counts": self.counts}
        (folder / FILE).write_text(json.dumps(state, sort_keys=True))

    def _shares(self, before):
        counts = self.counts[before[-self.order :]]
        return [
            (counts[letter] + 1) / (counts.total() + len(self.letters)) for letter in self.letters
        ]

    def _steps(self, prompt, completion):
        text = prompt + completion + END
        for place in range(len(prompt), len(text)):
            yield text[max(0, place - self.order) : place], text[place]


class NGramParameters(Parameters):
    """The length of the n-grams."""

    order: int = Field(4, ge=1, description="characters that the next one depends on")


class NGram(LanguageModel[NGramParameters]):
    """N-grams of ASCII characters, from scratch."""

    name = "ngram"
    kind = "n-gram"

    def source(self):
        return ModelSource(identity="from scratch")

    def load(self, folder, numerics):
        if folder is None:
            letters = [END, *map(chr, range(32, 127))]
            return Counts(self.params.order, letters, {})
        return Counts(**json.loads(Path(folder, FILE).read_text()))


class CountOn(Algorithm):
    """Counts the demonstrations again: the control that no reward enters."""

    name = "count-on"
    kinds = frozenset({"n-gram"})

    def phases(self):
        return [SupervisedUpdates(steps=4)]


@hookimpl
def bi_bench_models():
    return [NGram]


@hookimpl
def bi_bench_algorithms():
    return [CountOn]
