"""The files of results that the stages of all kinds leave, by name."""

from __future__ import annotations

from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.history import HISTORY
from bi_bench.artifacts.hub_reference import HubReference
from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.artifacts.overlap import Overlap
from bi_bench.artifacts.probe import ProbeSummary
from bi_bench.artifacts.stage_record import FILE
from bi_bench.artifacts.table import TABLE

# What a tokenizer, a model or an outside trainer leaves in the folder is not in the list, nor is
# anything below a subfolder. All summaries share a name.
RESULTS = (
    FILE,
    Costs.FILE,
    Outcomes.FILE,
    ProbeSummary.FILE,
    TABLE,
    Overlap.FILE,
    HubReference.FILE,
    HISTORY,
)
