"""Renews the pages that are written from the code: ``python tests/docs/renew.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.docs.api_reference import api_page
from tests.docs.table_reference import tables_page

AUTHORS = Path(__file__).parents[2] / "docs" / "authors"
WRITTEN = {AUTHORS / "api.md": api_page, AUTHORS / "tables.md": tables_page}

if __name__ == "__main__":
    for file, page in WRITTEN.items():
        file.write_text(page())
