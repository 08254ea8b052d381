"""A report as a static site: a leaderboard from which every number opens down to single answers.

``write_site`` makes a folder that opens from a file, without a server and without a network.
"""

from __future__ import annotations

from bi_bench.report.site.write import SITE_INDEX, write_site

__all__ = ["SITE_INDEX", "write_site"]
