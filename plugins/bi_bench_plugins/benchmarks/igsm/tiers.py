"""The wordings of iGSM, and the names that they give its parameters."""

from __future__ import annotations

from collections.abc import Mapping

from bi_bench_plugins.benchmarks.igsm import names, natural, parse_natural
from bi_bench_plugins.benchmarks.igsm.problems import Names
from bi_bench_plugins.benchmarks.shared.tier import EMBEDDED, Tier

NAMES: Mapping[str, Names] = {"natural": names.phrase_names, "embedded": names.letter_names}
TIERS: Mapping[str, Tier] = {
    "natural": Tier(
        natural.stated,
        natural.question,
        natural.PROMPT_END,
        natural.NaturalVoice,
        parse_natural.parse_steps,
        parse_natural.parse_answer,
    ),
    "embedded": EMBEDDED,
}
