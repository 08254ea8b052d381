"""Names the filters of samples whose lines do not name theirs.

lm-eval before 0.4.7 wrote every document once for each filter, in their order, without a name: the
results file has the names and, for each, the number that the mean of its scores must give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean

from bi_bench.api import UserError
from bi_bench.lm_eval.results_file import NO_FILTER, Metric, TaskResults


class UnnamedFilters:
    """Counts the lines of each document; the n-th line is of the n-th filter."""

    def __init__(self, results: TaskResults) -> None:
        self._reported = results.scores
        listed = [key.partition(",")[2] for key in results.scores if "," in key]
        # The list keeps its order in every rewriting of the file; the keys of a table may not.
        configured = results.settings.get("filter_list")
        given = configured if isinstance(configured, Sequence) else ()
        named = [
            str(each["name"]) for each in given if isinstance(each, Mapping) and "name" in each
        ]
        self._names = list(dict.fromkeys(named if set(named) == set(listed) else listed))
        self._lines: dict[str, int] = {}

    def name(self, document: str, place: str) -> str:
        """The filter of the next line of a document; UserError where there is one line too many."""
        number = self._lines[document] = self._lines.get(document, 0) + 1
        names = self._names or [NO_FILTER]
        if number > len(names):
            raise UserError(
                f"{place}: doc_id {document} has {number} lines without the name of a filter, and "
                f"the results file names {len(self._names) or 'none'}; put the results file next "
                "to the samples, or evaluate with lm-eval 0.4.7 or newer, which writes the names"
            )
        return names[number - 1]

    def doubtful(
        self, scores: Mapping[Metric, Mapping[str, float]], file: Path
    ) -> dict[Metric, str]:
        """Which scores to leave out, and why: those that lm-eval's own number does not confirm.

        UserError where documents have fewer lines than there are filters.
        """
        if not self._lines or len(self._names) < 2:
            return {}
        short = [doc for doc, lines in self._lines.items() if lines < len(self._names)]
        if short:
            raise UserError(
                f"{file}: {len(short)} documents have fewer lines than the {len(self._names)} filters "
                f"of the results file (first: doc_id {short[0]}), and no line names its filter"
            )
        return {
            metric: why for metric, each in scores.items() if (why := self._doubt(metric, each))
        }

    def _doubt(self, metric: Metric, scores: Mapping[str, float]) -> str:
        reported, mean = self._reported.get(metric.key), fmean(scores.values())
        if isinstance(reported, int | float) and abs(reported - mean) <= 1e-6 * max(1.0, abs(mean)):
            return ""
        return (
            f"its lines do not name their filter, and by their order the mean is {mean:.4g}, while "
            f"lm-eval reports {reported if reported is not None else 'nothing'}"
        )
