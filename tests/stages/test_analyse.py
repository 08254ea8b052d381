from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.api import Analysis, Benchmark, UserError
from bi_bench.plugins import discover
from bi_bench.stages import analyse
from bi_bench.stages.context import StageContext

PLUGIN = """
from bi_bench.api import Analysis, hookimpl

class Mine(Analysis):
    '''Rows as written.'''
    name = "mine"
    def measure(self, context):
        return {rows}

@hookimpl
def bi_bench_analyses():
    return [Mine]
"""


def table(tmp_path: Path, rows: str) -> str:
    file = tmp_path / "mine.py"
    file.write_text(PLUGIN.format(rows=rows))
    registry = discover([file])
    identity = {
        "analysis": {**registry.get(Analysis, "mine").identity(), "params": {}},
        "benchmark": {**registry.get(Benchmark, "igsm").identity(), "params": {}},
        "seed": 1,
    }
    stage = {"identity": identity, "plugin_files": [str(file)]}
    analyse.run(StageContext.make(stage, {}, tmp_path, lambda **_: None))
    return (tmp_path / "table.json").read_text()


def test_columns_stay_in_the_order_of_the_analysis(tmp_path: Path) -> None:
    text = table(tmp_path, '[{"z": 1, "a": 0.5}]')
    assert text.index('"z"') < text.index('"a"')


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ('[{"a": 1}, {"b": 1}]', "its rows have different columns"),
        ('[{"seed": 1}]', 'reports add the column "seed" themselves'),
        ('[{"strategy": "x"}]', 'reports add the column "strategy" themselves'),
        ("None", r"analysis mine: TypeError: 'NoneType' object is not iterable \(mine.py:7\)"),
        (
            '[{"a": float("nan")}]',
            r"mine, its rows: ValueError: .*not JSON compliant.*\(mine.py:7\)",
        ),
        ('[{"a": {1}}]', r"mine, its rows: TypeError: Object of type set is not JSON serializable"),
        ('{}["seven"]', r"analysis mine: KeyError: 'seven' \(mine.py:8\)"),
        ("exit(3)", "analysis mine: SystemExit: 3"),
    ],
)
def test_tables_that_reports_cannot_show_are_refused(
    tmp_path: Path, rows: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        table(tmp_path, rows)
