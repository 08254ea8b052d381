"""Renews what is pinned beside this file: ``python tests/plan/renew.py``.

Raise the version of whatever gives other results first; see the messages of the tests.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.plan import golden, source_digests

if __name__ == "__main__":
    source_digests.write()
    with tempfile.TemporaryDirectory() as folder:
        golden.KEYS.write_text(json.dumps(golden.found(Path(folder)), indent=1) + "\n")
