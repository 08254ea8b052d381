"""``python -m bi_bench`` is the same command as ``bi-bench``."""

from __future__ import annotations

from bi_bench.cli import main

if __name__ == "__main__":
    main()
