"""The suite: from a TOML file to checked settings, plugins and the matrix of cells."""

from __future__ import annotations

from bi_bench.suite.load import load_suite
from bi_bench.suite.schema import Defaults
from bi_bench.suite.suite import Cell, Entry, Suite

__all__ = ["Cell", "Defaults", "Entry", "Suite", "load_suite"]
