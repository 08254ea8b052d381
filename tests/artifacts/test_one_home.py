"""Names of files, fields and roles stand in bi_bench/artifacts and nowhere else."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import bi_bench.artifacts
from bi_bench.artifacts.artifact import Artifact, Record
from bi_bench.artifacts.role import PARTS
from bi_bench.artifacts.run_record import FILE as RUN
from bi_bench.artifacts.run_record import CellRecord, RunRecord, SuiteRecord
from bi_bench.artifacts.samples import EVALUATED, PROBED
from bi_bench.artifacts.stage_files import RESULTS
from bi_bench.artifacts.stage_record import Failure, StageRecord

ROOT = Path(bi_bench.__file__).parent
HOME = Path(bi_bench.artifacts.__file__).parent
FILES = {*RESULTS, RUN, EVALUATED, PROBED, "problems.parquet", "examples.parquet"}
SPLIT_PARTS = "|".join(
    part for part in PARTS if part in ("problems", "pre", "post", "overlap", "analyse")
)


def sources() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(ROOT.rglob("*.py")):
        # lm_eval reads the files of lm-eval, suite those of users.
        if HOME not in file.parents and file.relative_to(ROOT).parts[0] not in ("lm_eval", "suite"):
            yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text(encoding="utf-8"))


def docstrings(tree: ast.AST) -> set[int]:
    """The constants that document something."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def constants(tree: ast.AST) -> Iterator[str]:
    skipped = docstrings(tree)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
        ):
            yield node.value


def looked_up(tree: ast.AST) -> Iterator[str]:
    """Constant keys of look-ups: ``data["key"]`` and ``data.get("key")``."""
    for node in ast.walk(tree):
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            key = node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            key = node.args[0] if node.func.attr == "get" and node.args else None
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value


def artifacts() -> list[type[Artifact]]:
    """Every kind of JSON file of a stage."""
    for file in HOME.glob("*.py"):
        importlib.import_module(f"bi_bench.artifacts.{file.stem}")
    return Artifact.__subclasses__()


def fields() -> set[str]:
    """The fields of all files of stages and runs, in the files' own spelling."""
    whole: list[type[Record]] = [
        *artifacts(),
        RunRecord,
        CellRecord,
        SuiteRecord,
        StageRecord,
        Failure,
    ]
    return {field.alias or name for cls in whole for name, field in cls.model_fields.items()}


# Objects of other kinds whose keys happen to be called like a field.
OTHERS = {
    # A stage as a worker gets it; its identity is checked by its type.
    "stages/worker.py": {"kind", "identity"},
    "stages/multi_process.py": {"identity", "numerics"},
    "stages/context.py": {"identity", "rewards"},
    "stages/analyse.py": {"numerics"},
    "stages/sft.py": {"numerics"},
    "stages/answers.py": {"numerics"},
    "stages/base_policy.py": {"numerics"},
    "stages/problems.py": {"n"},
    "plan/stage.py": {"numerics"},
    "plan/build.py": {"kind", "parents"},
    "stages/in_process.py": {"kind"},
    "stages/base.py": {"source"},
    "testing/canned.py": {"ops"},
    "testing/micro.py": {"name"},
    "plan/reward_terms.py": {"name"},
    # Kinds of texts and of drawings, metadata of problems, parents of a stage.
    "stages/overlap.py": {"demonstrations", "rl_problems"},
    "api/figure.py": {"kind"},
    "stages/evaluate.py": {"numerics", "ops"},
    "stages/own_kind.py": {"numerics"},
    "report/site/answers.py": {"ops"},
    # Names and parameters of plugins, options of a command.
    "plugins.py": {"name"},
    "report/exports/card.py": {"revision"},
    "training/command.py": {"files"},
    # Files that a floor of report writes for itself: the published record, the index of a report, a site.
    "report/data/record.py": {"name", "stages", "schema"},
    "report/data/merge.py": {"informed", "rewards"},
    "report/write.py": {"figures", "files"},
    "report/site/write.py": {"name", "answers"},
}


def test_the_records_are_found() -> None:
    names = {cls.__name__ for cls in artifacts()}
    assert {"Outcomes", "ProbeSummary", "Overlap", "Costs", "HubReference"} <= names
    assert {"greedy", "cells", "histogram", "wall_seconds", "schema"} <= fields()


def test_no_file_of_a_stage_or_a_run_is_named_elsewhere() -> None:
    # `bi-bench publish` removes what older versions left next to a record.
    found = {
        file: names
        for file, tree in sources()
        if (names := FILES & set(constants(tree))) and file != "report/publishing/publish.py"
    }
    assert not found


def test_no_field_of_a_record_is_looked_up_elsewhere() -> None:
    known = fields()
    found = {
        file: names
        for file, tree in sources()
        if (names := (known & set(looked_up(tree))) - OTHERS.get(file, set()))
        and not file.startswith(("training/", "engines/reporter", "api/"))
    }
    assert not found


def test_no_role_is_composed_elsewhere() -> None:
    role = re.compile(rf"({SPLIT_PARTS})/")
    found = {
        file: names
        for file, tree in sources()
        if (names := {text for text in constants(tree) if role.match(text)})
    }
    assert not found
