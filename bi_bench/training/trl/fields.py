"""The names of the fields of TRL's GRPOConfig, read from its source: importing it would import torch."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from bi_bench.api import UserError

# The classes that GRPOConfig is made of, each in its file.
_CLASSES = (
    ("trl", "trainer/grpo_config.py", "GRPOConfig"),
    ("trl", "trainer/base_config.py", "_BaseConfig"),
    ("transformers", "training_args.py", "TrainingArguments"),
)
_FIELD = re.compile(r"^    (\w+): ", re.MULTILINE)


@cache
def grpo_fields() -> frozenset[str]:
    """All fields of GRPOConfig, inherited ones too."""
    return frozenset(name for one in _CLASSES for name in _fields(*one))


def _fields(package: str, file: str, name: str) -> list[str]:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise UserError(f"{package} is not installed; install bi-bench anew")
    source = (Path(spec.origin).parent / file).read_text(encoding="utf-8")
    rest = source.split(f"\nclass {name}")[1]
    body = re.split(r"^(?:class|def|@)", rest, maxsplit=1, flags=re.MULTILINE)[0]
    return _FIELD.findall(body)
