"""bi_bench: how much does reinforcement fine-tuning gain, and which injected behaviours increase it?"""

from __future__ import annotations

__version__ = "0.1.0"
