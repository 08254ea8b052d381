"""Benchmarks that read word problems from files or the hub: GSM8K and MATH."""

from __future__ import annotations

from bi_bench_plugins.benchmarks.word_problems.gsm8k import GSM8K, GSM8KParameters
from bi_bench_plugins.benchmarks.word_problems.math import MATH, MATHParameters

__all__ = ["GSM8K", "MATH", "GSM8KParameters", "MATHParameters"]
