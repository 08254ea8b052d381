"""The natural wording: one sentence an edge, solutions line by line."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence

from bi_bench.api import Quantity, ReasoningGraph
from bi_bench.api.expression import Expression, Number
from bi_bench.api.speech import Said
from bi_bench_plugins.benchmarks.paths.claims import Claim
from bi_bench_plugins.benchmarks.paths.walk import WalkVoice
from bi_bench_plugins.benchmarks.shared.final import END, Final, every, final

PROMPT_END = "\n<think>\n"
_PLACE = "[A-Z][a-z]{3}"
_ANSWER = re.compile(rf"\\boxed\{{\s*({_PLACE}(?:,\s*{_PLACE}){{0,99}})\s*\}}")
_SENTENCE = re.compile(r"[^.\n]+\.?")  # the full stop optional: looking for it is quadratic
_LONGEST_SENTENCE = 2000  # characters

OPENING = ("Let us look for the way.", "Here is the search for the way.")
ANSWER = ("So the way is {path}.", "The way is {path}.", "This gives the way {path}.")
# Both the voice and the parser are made of these. ``|`` parts a step from its result.
SENTENCES: Mapping[str, tuple[str, ...]] = {
    "begin": ("A way begins at {place}.", "One can begin at {place}."),
    "way": (
        "From {before}| we get to {place}.",
        "From {before}| a road goes to {place}.",
        "At {before}| we take the road to {place}.",
    ),
    "attempt": (
        "To get to {place} we must come from {missing}, where we have not been.",
        "Only {missing} leads to {place}, and we have not been there.",
    ),
    "return": ("Back to {place}.", "Now we can return to {place}.", "It is time for {place}."),
    "restate": (
        "Recall that a road leads from {before} to {place}.",
        "As said, a road leads from {before} to {place}.",
    ),
    "start": ("Recall that the start is {place}.", "As said, the start is {place}."),
}
_DETOUR = " by way of {detour}"  # told of planted errors alone


def question(graph: ReasoningGraph, premises: Sequence[Quantity]) -> str:
    """One edge a line in the given order, then what is asked."""
    lines = [f"A road leads from {q.parents[0]} to {q.name}." for q in premises]
    start = next(q.name for q in graph.needed if not q.parents)
    asked = (
        f"Roads are one-way. Name the places on the way from {start} to {graph.target}, in order"
    )
    return "\n".join([*lines, f"{asked}, from {start} to {graph.target}."])


class NaturalVoice(WalkVoice):
    """Solutions in lines such as ``- From Bado we get to Lumi.``

    Phrases are drawn place by place: leaving steps out changes nothing about the others.
    """

    line_start = "- "

    def __init__(self, graph: ReasoningGraph, wording: str) -> None:
        super().__init__(graph)
        self._wording = wording
        self.opening = self._choose("opening", OPENING) + "\n"

    def read(self, quantity: Quantity, value: Number, said: Said) -> str:
        """``A way begins at Bado.``."""
        if value != quantity.value:
            return self._say("way", quantity, before=self.name(value)).replace("|", "")
        return self._say("begin", quantity)

    def compute(self, quantity: Quantity, numeric: Expression, said: Said) -> str:
        """``From Bado``."""
        return self._say("way", quantity, before=self.before(quantity, said)).partition("|")[0]

    def result(self, quantity: Quantity, value: Number) -> str:
        """``we get to Lumi.``."""
        _, _, end = self._say("way", quantity, before="").partition("|")
        detour = self.detour(quantity, value)
        over = "" if detour is None else f"{_DETOUR.format(detour=detour).strip()} "
        return over + end.strip()

    def attempt(self, quantity: Quantity, missing: Sequence[str], said: Said) -> str:
        """``Only Bado leads to Lumi, and we have not been there.``."""
        return self._say("attempt", quantity, missing=" and ".join(missing))

    def back(self, quantity: Quantity) -> str:
        """``Back to Lumi.``."""
        return self._say("return", quantity)

    def restate(self, quantity: Quantity) -> str:
        """``Recall that a road leads from Bado to Lumi.``."""
        if not quantity.parents:
            return self._say("start", quantity)
        return self._say("restate", quantity, before=quantity.parents[0])

    def closing(self, quantity: Quantity, value: Number) -> str:
        """The way in words, the end of the thinking, the way in a box."""
        path = ", ".join(self.path(quantity, value))
        answer = self._choose("answer", ANSWER).format(path=path)
        return f"{answer}\n</think>\n<answer>\\boxed{{{path}}}</answer>"

    def _say(self, kind: str, quantity: Quantity, **names: str) -> str:
        template = self._choose(f"{quantity.name}/{kind}", SENTENCES[kind])
        return template.format(place=quantity.name, **names)

    def _choose(self, key: str, phrases: Sequence[str]) -> str:
        return random.Random(f"{self._wording}/{key}").choice(phrases)


def parse_answer(text: str) -> Final[tuple[str, ...]]:
    """The places in the last ``\\boxed{A, B, C}``, if no other ones contradict them."""
    return final(text, every(_ANSWER, text, lambda path: tuple(re.findall(_PLACE, path))))


def parse_claims(text: str) -> Iterator[Claim]:
    """The steps before ``</think>``; sentences that are none are left out."""
    for found in _SENTENCE.finditer(text.partition(END)[0]):
        sentence = found.group().lstrip("- ")
        if not sentence.endswith(".") or len(sentence) > _LONGEST_SENTENCE:
            continue
        for kind, pattern in _PATTERNS:
            if match := pattern.fullmatch(sentence):
                yield _claim(kind, match.groupdict(), found.end() - len(sentence), found.end())
                break


def _claim(kind: str, words: Mapping[str, str | None], start: int, end: int) -> Claim:
    place, before = words["place"] or "", words.get("detour") or words.get("before")
    if kind == "attempt":
        missing = tuple((words["missing"] or "").split(" and "))
        return Claim("attempt", place, start, end, missing=missing)
    if kind == "return":
        return Claim("return", place, start, end)
    return Claim("restate" if kind in ("restate", "start") else "way", place, start, end, before)


def _pattern(template: str) -> re.Pattern[str]:
    pattern = re.escape(template)
    fields = {
        "place": _PLACE,
        "before": _PLACE,
        "missing": f"{_PLACE}(?: and {_PLACE})*",
    }
    for field, form in fields.items():
        pattern = pattern.replace(rf"\{{{field}\}}", f"(?P<{field}>{form})")
    detour = _DETOUR.format(detour=f"(?P<detour>{_PLACE})")
    return re.compile(pattern.replace(r"\|", f"(?:{detour})?"))


_PATTERNS = [(kind, _pattern(text)) for kind, texts in SENTENCES.items() for text in texts]
