"""Forwards to :mod:`bi_bench.lm_eval.task_runtime`: tasks exported before it existed import this."""

from __future__ import annotations

from bi_bench.lm_eval.task_runtime import grade, problems

__all__ = ["grade", "problems"]
