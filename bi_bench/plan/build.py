"""Expands a suite into cells and the deduplicated graph of stages that they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from bi_bench.api import CAUSAL, Analysis, Benchmark, Decoder, LanguageModel, Split, UserError
from bi_bench.api.base_policy import NEEDS
from bi_bench.api.engine import Resources
from bi_bench.api.errors import PluginError
from bi_bench.api.identity import Identity, Json
from bi_bench.artifacts.role import (
    AUGMENT,
    BASE,
    PROBE,
    PROBE_RFT,
    RFT,
    SFT,
    Parent,
    Role,
    analyse,
    decoded,
    decoded_checkpoint,
    overlap,
    post,
    pre,
    problems,
    transferred,
)
from bi_bench.plan.checks.cell import skip_reason
from bi_bench.plan.checks.decoders import cell_of, not_causal, read_by
from bi_bench.plan.checks.kinds import runs_models, unserved
from bi_bench.plan.checks.suite import check_suite
from bi_bench.plan.estimate import Estimates, time_limit
from bi_bench.plan.graph import CellStages, StageGraph
from bi_bench.plan.identity import SEEDED_SPLITS, Identities
from bi_bench.plan.recipe import Recipes
from bi_bench.plan.stage import Stage
from bi_bench.suite import Cell, Entry, Suite


def plan_suite(suite: Suite) -> StageGraph:
    """The stage graph of a suite; every key is known before anything runs.

    UserError for settings that are known not to work, and for what no machine could run.
    """
    builder = _Builder(suite)
    check_suite(suite, builder.identities.numerics, builder.recipes)
    cells = tuple(builder.cell(cell) for cell in suite.cells())
    recipes = map(builder.recipes.of, suite.axes.algorithms)
    faults = [recipe.fault for recipe in recipes if recipe.fault] + builder.faults
    if faults and all(cell.skip for cell in cells):
        raise UserError("; ".join(dict.fromkeys(faults)))
    return StageGraph(suite, cells, tuple(builder.stages.values()), builder.identities.numerics)


class _Evaluation(NamedTuple):
    """A benchmark and a split that a cell is evaluated on; ``about`` names both in roles."""

    benchmark: Entry[Benchmark]
    split: str
    about: str


class _Builder:
    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.identities, self.recipes = Identities(suite), Recipes(suite)
        self.stages: dict[str, Stage] = {}
        self.faults: list[str] = []  # of plugins
        self.drawn: dict[tuple[int, Split, int | None], str] = {}  # thousands of cells ask for them
        self.planned = {tuple(cell.axes().values()) for cell in suite.cells()}
        self.settings = suite.defaults.model_dump(mode="json")
        self.plugin_files = tuple(str(file) for file in suite.plugin_files)
        numerics = self.identities.numerics
        gpus = int(numerics["device"] == "cuda")
        self.estimates = Estimates(suite.defaults, numerics["device"])
        self.one_process = Resources(cpus=numerics["threads"], gpus=gpus)
        processes = suite.defaults.numerics.processes
        self.all_processes = Resources(cpus=numerics["threads"] * processes, gpus=gpus * processes)
        # A server's address and a share of memory decide no result.
        settings = suite.defaults.rollouts
        self.vllm = {"vllm": settings.vllm.model_dump()} if settings.engine == "vllm" else {}

    def _tracking(self, label: str) -> dict[str, dict[str, Json]]:
        """Trackers that a trainer reports to besides its log; they decide no result."""
        given = self.settings["tracking"]
        return {"tracking": {**given, "label": label}} if given["report_to"] else {}

    def cell(self, cell: Cell) -> CellStages:
        """The stages of a cell; it is skipped if a plugin of it fails while it is planned."""
        before = len(self.stages)
        try:
            return self._cell(cell)
        except PluginError as error:
            while len(self.stages) > before:  # no other cell asked for those since
                self.stages.popitem()
            self.drawn = {draw: key for draw, key in self.drawn.items() if key in self.stages}
            self.faults.append(str(error))
            return CellStages(cell.axes(), {}, str(error))

    def _cell(self, cell: Cell) -> CellStages:
        if reason := skip_reason(
            cell, self.suite.reference_of(cell), self.suite.defaults, self.recipes
        ):
            return CellStages(cell.axes(), {}, reason)
        benchmark, seed = cell.benchmark, cell.seed
        ids, estimates = self.identities, self.estimates
        pace = cell.model.asked(cell.model.plugin.pace)
        arm, trained = _arm(cell), f"{cell.algorithm.label} · {_arm(cell)}"
        roles = self._training(cell)
        roles[problems("probe")] = self._problems(cell, "probe")
        parents = _asked(roles[SFT], roles[problems("probe")])
        identity = ids.probe(parents, benchmark, cell.model, seed)
        of_kind = _of_kind(cell.model)
        roles[PROBE] = self._add(identity, arm, estimates.probe(pace), of_kind)
        # Nothing is evaluated twice where a benchmark of the matrix is also named for transfer.
        others = [e for e in self.suite.transfers if e.identity() != benchmark.identity()]
        evaluations: list[_Evaluation] = []
        for asked in (benchmark, *others):
            for split in self.suite.defaults.evaluate.splits:
                if split not in asked.plugin.splits:
                    continue
                drawn = self._problems(cell, split, asked)
                about = split if asked is benchmark else transferred(asked.label, split)
                evaluations.append(_Evaluation(asked, split, about))
                roles[problems(about)] = drawn
                sources: dict[str, str] = {
                    Parent.AUGMENT: roles[AUGMENT],
                    Parent.SFT: roles[problems("sft")],
                    Parent.RL: roles[problems("rl")],
                }
                roles[overlap(about)] = self._add(
                    ids.overlap({**sources, Parent.PROBLEMS: drawn}),
                    f"overlap {about} · {cell.strategy.label} · {_data(cell)}",
                    0.0,  # seconds at most, next to minutes of training
                )
                for role, trainer, text in ((pre, SFT, arm), (post, RFT, trained)):
                    parents = _asked(roles[trainer], drawn)
                    identity = ids.evaluate(parents, asked, cell.model, split, seed)
                    roles[role(about)] = self._add(
                        identity,
                        f"{role(about).part} {about} · {text}",
                        estimates.evaluate(pace, split),
                        {"benchmark": asked.unkeyed, **of_kind},
                    )
        undecoded = {
            label: reason
            for decoder in self.suite.decoders
            for label, reason in self._decode(cell, decoder, evaluations, roles)
        }
        declined = {
            analysis.label: reason
            for analysis in self.suite.analyses
            if (reason := self._without(analysis, cell, roles))
        }
        analyses = [one for one in self.suite.analyses if one.label not in declined]
        if any(PROBE_RFT in analysis.plugin.needs for analysis in analyses):
            parents = _asked(roles[RFT], roles[problems("probe")])
            identity = ids.probe(parents, benchmark, cell.model, seed)
            roles[PROBE_RFT] = self._add(
                identity, f"post · {trained}", estimates.probe(pace), of_kind
            )
        for analysis in analyses:
            needs = analysis.plugin.needs
            read: dict[str, str] = {  # of the benchmark trained on alone
                role: key
                for role, key in roles.items()
                if role in needs or (role.part in needs and role.about and "/" not in role.about)
            }
            identity = ids.analyse(read, benchmark, analysis, seed)
            work, phases = (
                analysis.plugin.work(self.settings),
                self.recipes.of(cell.algorithm).phases,
            )
            seconds = estimates.analyse(pace, work, phases) if analysis.plugin.uses_models else None
            roles[analyse(analysis.label)] = self._add(
                identity, f"{analysis.label} · {trained}", seconds
            )
        stages = {str(role): key for role, key in roles.items()}
        return CellStages(cell.axes(), stages, without=declined, undecoded=undecoded)

    def _decode(
        self,
        cell: Cell,
        decoder: Entry[Decoder],
        evaluations: Iterable[_Evaluation],
        roles: dict[Role, str],
    ) -> Iterator[tuple[str, str]]:
        """Add the evaluations of a decoder to the roles of a cell; yields what is left out, and why."""
        checkpoints: dict[str, str] = {}
        for name, wanted in read_by(decoder).items():
            other = cell_of(wanted, cell, self.suite)
            reason = not_causal(other)
            if not reason and other != cell and wanted.role != "base":
                reason = self._untrained(other)
            if reason:
                yield decoder.label, reason
                return
            checkpoints[decoded_checkpoint(name)] = (
                self._base(other)
                if wanted.role == "base"
                else self._training(other)[Role(wanted.role)]
            )
        for asked, split, about in evaluations:
            if runs_models(asked.plugin):
                alone = "" if asked is cell.benchmark else f"/{asked.label}"
                yield decoder.label + alone, f"{asked.label} runs the model by itself"
                continue
            parents = {**checkpoints, Parent.PROBLEMS: roles[problems(about)]}
            identity = self.identities.evaluate(
                parents, asked, cell.model, split, cell.seed, decoder
            )
            one = self.estimates.evaluate(cell.model.plugin.pace(), split)
            roles[decoded(decoder.label, about)] = self._add(
                identity,
                f"{decoder.label} {about} · {cell.algorithm.label} · {_arm(cell)}",
                None if one is None else one * len(checkpoints),
                {"benchmark": asked.unkeyed, "decoder": decoder.unkeyed},
            )

    def _untrained(self, cell: Cell) -> str:
        """The reason why the suite does not train a cell; empty if it does."""
        if tuple(cell.axes().values()) not in self.planned:
            where = f"{cell.algorithm.label} · {_arm(cell)}"
            return f"it reads a checkpoint of {where}, which is no cell of the suite"
        reason = skip_reason(cell, self.suite.reference_of(cell), self.suite.defaults, self.recipes)
        return f"it reads a checkpoint of a cell that is skipped: {reason}" if reason else ""

    def _without(self, analysis: Entry[Analysis], cell: Cell, roles: Iterable[Role]) -> str:
        """The reason why an analysis cannot measure a cell with these roles; empty if it can."""
        if analysis.plugin.uses_models and (reason := unserved(analysis, cell.model)):
            return reason
        try:
            asked = analysis.plugin
            if reason := analysis.asked(asked.declines, cell.benchmark.plugin, self.settings):
                return reason
            analysis.asked(asked.work, self.settings)
        except PluginError as error:
            return str(error)
        made = {*roles, *(role.part for role in roles), PROBE_RFT}
        absent = [role for role in analysis.plugin.needs if role not in made]
        return f"it needs {absent[0]}, which the suite does not make" if absent else ""

    def _training(self, cell: Cell) -> dict[Role, str]:
        """The stages up to RFT, by role."""
        defaults, ids, seed = self.suite.defaults, self.identities, cell.seed
        pace, reference = cell.model.asked(cell.model.plugin.pace), self.suite.reference_of(cell)
        recipe = self.recipes.of(cell.algorithm)
        roles = {problems("sft"): self._problems(cell, "sft")}
        roles[BASE] = self._base(cell)
        roles[AUGMENT] = self._augment(cell, roles[problems("sft")])
        parents: dict[str, str] = {Parent.BASE: roles[BASE], Parent.AUGMENT: roles[AUGMENT]}
        if defaults.match_sft != "none" and reference != cell:
            parents[Parent.REFERENCE] = self._augment(reference, roles[problems("sft")])
        matched = reference if Parent.REFERENCE in parents else cell
        seconds = self.estimates.sft(pace, matched.strategy.plugin.per_problem)
        of_kind = _of_kind(cell.model)
        roles[SFT] = self._add(
            ids.sft(parents, cell.model, seed),
            _arm(cell),
            seconds,
            {**self._tracking(f"sft · {_arm(cell)}"), **of_kind},
        )
        roles[problems("rl")] = self._problems(cell, "rl")
        parents = _asked(roles[SFT], roles[problems("rl")])
        if recipe.from_base:
            parents[Parent.BASE] = roles[BASE]
        if "demonstrations" in cell.algorithm.plugin.needs:
            parents[Parent.DEMONSTRATIONS] = self._augment(cell, roles[problems("rl")])
        if recipe.supervised:
            parents[Parent.AUGMENT] = roles[AUGMENT]
        elif defaults.match_rft != "steps" and reference != cell:
            parents[Parent.REFERENCE] = self._training(reference)[RFT]
        roles[RFT] = self._add(
            ids.rft(parents, cell.benchmark, cell.model, cell.algorithm, recipe, seed),
            f"{cell.algorithm.label} · {_arm(cell)}",
            self.estimates.rft(pace, recipe.phases),
            {
                "algorithm": cell.algorithm.unkeyed,
                **of_kind,
                **self.vllm,
                **self._tracking(f"{cell.algorithm.label} · {_arm(cell)}"),
            },
        )
        return roles

    def _problems(self, cell: Cell, split: Split, source: Entry[Benchmark] | None = None) -> str:
        source = source or cell.benchmark
        seed = cell.seed if split in SEEDED_SPLITS else None
        if (known := self.drawn.get(asked := (id(source), split, seed))) is None:
            text = f"{split} · {source.label if seed is None else _data(cell)}"
            identity = self.identities.problems(source, split, seed)
            known = self._add(identity, text, unkeyed={"benchmark": source.unkeyed})
            self.drawn[asked] = known
        return known

    def _base(self, cell: Cell) -> str:
        unkeyed = {"model": cell.model.unkeyed}
        return self._add(self.identities.base(cell.model), cell.model.label, unkeyed=unkeyed)

    def _augment(self, cell: Cell, drawn: str) -> str:
        strategy, label = cell.strategy, f"{cell.strategy.label} · {_data(cell)}"
        parents: dict[str, str] = {Parent.PROBLEMS: drawn}
        if strategy.plugin.needs & NEEDS:
            parents[Parent.BASE], label = self._base(cell), _arm(cell)
        identity = self.identities.augment(parents, cell.benchmark, strategy, cell.seed)
        return self._add(identity, label, unkeyed={"strategy": strategy.unkeyed})

    def _add(
        self,
        identity: Identity,
        label: str,
        estimate: float | None = None,
        unkeyed: Mapping[str, Mapping[str, Json]] | None = None,
    ) -> str:
        needs = self.one_process if "numerics" in identity else Resources()
        long_running = "numerics" in identity or identity["kind"] == "base"
        hours = self.suite.defaults.limits.stage_hours
        stage = Stage(
            kind=identity["kind"],
            identity=identity,
            parents=identity["parents"],
            label=label,
            resources=self.all_processes if "processes" in identity else needs,
            plugin_files=self.plugin_files,
            unkeyed=unkeyed or {},
            estimate=estimate,
            limit=time_limit(estimate, long_running, hours),
        )
        return self.stages.setdefault(stage.key, stage).key


def _asked(checkpoint: str, problems: str) -> dict[str, str]:
    """The parents of a stage that asks or trains a checkpoint on problems."""
    return {Parent.CHECKPOINT: checkpoint, Parent.PROBLEMS: problems}


def _of_kind(model: Entry[LanguageModel]) -> dict[str, Mapping[str, Json]]:
    """Parameters without a key of a model that stages load by its plugin."""
    return {} if model.plugin.kind == CAUSAL else {"model": model.unkeyed}


def _data(cell: Cell) -> str:
    return f"{cell.benchmark.label} · seed {cell.seed}"


def _arm(cell: Cell) -> str:
    return f"{cell.strategy.label} · {cell.model.label} · {_data(cell)}"
