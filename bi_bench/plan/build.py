"""Expands a suite into cells and the deduplicated graph of stages that they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bi_bench.api import Split
from bi_bench.plan.estimate import Estimates
from bi_bench.plan.feasible import check_feasible
from bi_bench.plan.identity import SEEDED_SPLITS, Identities
from bi_bench.plan.stage import Resources, Stage
from bi_bench.suite import Cell, Entry, Suite


@dataclass(frozen=True)
class CellPlan:
    """A cell with the keys of its stages by role, or the reason why it is skipped.

    Roles: "base", "problems/SPLIT", "augment", "sft", "probe", "rft", "pre/SPLIT", "post/SPLIT",
    "probe-rft" where an analysis asks for it, "analyse/LABEL". For another benchmark than the one
    trained on SPLIT is "LABEL/SPLIT".
    """

    axes: Mapping[str, Any]
    stages: Mapping[str, str]
    skip: str = ""


@dataclass(frozen=True)
class SuitePlan:
    """Cells and distinct stages, parents before children; ``numerics`` with ``auto`` resolved."""

    suite: Suite
    cells: tuple[CellPlan, ...]
    stages: tuple[Stage, ...]
    numerics: Mapping[str, Any]


def plan_suite(suite: Suite) -> SuitePlan:
    """The stage graph of a suite; every key is known before anything runs.

    UserError for what no machine could run.
    """
    builder = _Builder(suite)
    check_feasible(suite, builder.identities.numerics)
    cells = tuple(builder.cell(cell) for cell in suite.cells())
    return SuitePlan(suite, cells, tuple(builder.stages.values()), builder.identities.numerics)


class _Builder:
    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.identities = Identities(suite)
        self.stages: dict[str, Stage] = {}
        self.plugin_files = tuple(str(file) for file in suite.plugin_files)
        numerics = self.identities.numerics
        gpus = int(numerics["device"] == "cuda")
        self.estimates = Estimates(suite.defaults, numerics["device"])
        self.heavy = Resources(cpus=numerics["threads"], gpus=gpus)
        processes = suite.defaults.numerics.processes
        self.shared = Resources(cpus=numerics["threads"] * processes, gpus=gpus * processes)
        # A server's address and a share of memory decide no result.
        settings = suite.defaults.rollouts
        self.vllm = {"vllm": settings.vllm.model_dump()} if settings.engine == "vllm" else {}

    def cell(self, cell: Cell) -> CellPlan:
        if reason := _veto(cell, self.suite.defaults.evaluate.splits):
            return CellPlan(cell.axes(), {}, reason)
        benchmark, strategy, algorithm, seed = (
            cell.benchmark,
            cell.strategy,
            cell.algorithm,
            cell.seed,
        )
        ids, estimates = self.identities, self.estimates
        roles: dict[str, str] = {}
        pace = cell.model.plugin.pace()
        data = f"{benchmark.label} · seed {seed}"
        arm = f"{strategy.label} · {cell.model.label} · {data}"
        trained = f"{algorithm.label} · {arm}"

        def problems(split: str, source: Entry = benchmark, prefix: str = "") -> str:
            axis = seed if split in SEEDED_SPLITS else None
            text = f"{split} · {source.label if axis is None else data}"
            role = f"problems/{prefix}{split}"
            identity = ids.problems(source, split, axis)
            roles[role] = self._add(identity, text, unkeyed={"benchmark": source.unkeyed})
            return roles[role]

        unkeyed = {"model": cell.model.unkeyed}
        roles["base"] = self._add(ids.base(cell.model), cell.model.label, unkeyed=unkeyed)
        roles["augment"] = self._augment(cell, problems("sft"))
        parents = {"base": roles["base"], "augment": roles["augment"]}
        reference = self.suite.reference_of(cell)
        if self.suite.defaults.match_sft != "none" and reference != cell:
            if reason := _veto(reference, self.suite.defaults.evaluate.splits):
                return CellPlan(cell.axes(), {}, f"matched to {self.suite.reference}: {reason}")
            parents["reference"] = self._augment(reference, roles["problems/sft"])
        roles["sft"] = self._add(ids.sft(parents, seed), arm, estimates.sft(pace))
        parents = {"checkpoint": roles["sft"], "problems": problems("probe")}
        identity = ids.probe(parents, benchmark, seed)
        roles["probe"] = self._add(identity, arm, estimates.probe(pace))
        parents = {"checkpoint": roles["sft"], "problems": problems("rl")}
        identity = ids.rft(parents, benchmark, algorithm, seed)
        seconds = estimates.rft(pace, algorithm.plugin.phases())
        unkeyed = {"algorithm": algorithm.unkeyed, **self.vllm}
        roles["rft"] = self._add(identity, trained, seconds, unkeyed)
        # Nothing is evaluated twice where a benchmark of the matrix is also named for transfer.
        others = [e for e in self.suite.transfers if e.identity() != benchmark.identity()]
        for asked in (benchmark, *others):
            prefix = "" if asked is benchmark else f"{asked.label}/"
            for split in self.suite.defaults.evaluate.splits:
                if split not in asked.plugin.splits:
                    continue
                drawn = problems(split, asked, prefix)
                for when, role, text in (("pre", "sft", arm), ("post", "rft", trained)):
                    parents = {"checkpoint": roles[role], "problems": drawn}
                    identity = ids.evaluate(parents, asked, split, seed)
                    roles[f"{when}/{prefix}{split}"] = self._add(
                        identity,
                        f"{when} {prefix}{split} · {text}",
                        estimates.evaluate(pace, split),
                        {"benchmark": asked.unkeyed},
                    )
        if any("probe-rft" in analysis.plugin.needs for analysis in self.suite.analyses):
            parents = {"checkpoint": roles["rft"], "problems": roles["problems/probe"]}
            identity = ids.probe(parents, benchmark, seed)
            roles["probe-rft"] = self._add(identity, f"post · {trained}", estimates.probe(pace))
        for analysis in self.suite.analyses:
            needs = analysis.plugin.needs
            parents = {  # of the benchmark trained on alone
                role: key
                for role, key in roles.items()
                if role in needs or (role.split("/")[0] in needs and role.count("/") == 1)
            }
            identity = ids.analyse(parents, benchmark, analysis, seed)
            roles[f"analyse/{analysis.label}"] = self._add(
                identity, f"{analysis.label} · {trained}"
            )
        return CellPlan(cell.axes(), roles)

    def _augment(self, cell: Cell, problems: str) -> str:
        strategy, data = cell.strategy, f"{cell.benchmark.label} · seed {cell.seed}"
        parents = {"problems": problems}
        identity = self.identities.augment(parents, cell.benchmark, strategy, cell.seed)
        unkeyed = {"strategy": strategy.unkeyed}
        return self._add(identity, f"{strategy.label} · {data}", unkeyed=unkeyed)

    def _add(
        self,
        identity: Mapping[str, Any],
        label: str,
        estimate: float | None = None,
        unkeyed: Mapping[str, Any] | None = None,
    ) -> str:
        needs = self.heavy if "numerics" in identity else Resources()
        stage = Stage(
            kind=identity["kind"],
            identity=identity,
            parents=identity["parents"],
            label=label,
            resources=self.shared if "processes" in identity else needs,
            plugin_files=self.plugin_files,
            unkeyed=unkeyed or {},
            estimate=estimate,
        )
        return self.stages.setdefault(stage.key, stage).key


def _veto(cell: Cell, evaluated: Sequence[Split]) -> str:
    """Why a cell cannot be run, known without running anything."""
    wanted = dict.fromkeys(("sft", "rl", "probe", *evaluated))
    if absent := [split for split in wanted if split not in cell.benchmark.plugin.splits]:
        reason = f"{cell.benchmark.label} has no problems for {', '.join(absent)}"
        alone = "sft" in absent
        return reason + "; name it in defaults.evaluate.benchmarks instead" * alone
    missing = cell.strategy.plugin.needs - cell.benchmark.plugin.provides
    return _lacks(cell.strategy, cell.benchmark, sorted(missing)) if missing else ""


def _lacks(strategy: Entry, benchmark: Entry, missing: list[str]) -> str:
    return f"{strategy.label} needs a {' and a '.join(missing)}, which {benchmark.label} does not provide"
