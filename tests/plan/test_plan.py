from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import UserError
from bi_bench.api.identity import STAGE_KINDS
from bi_bench.artifacts.differences import differences
from bi_bench.artifacts.stage_record import StageRecord
from bi_bench.plan import StageGraph, content_key, plan_suite
from bi_bench.plan.explain import nearest
from bi_bench.plan.stage import Stage
from bi_bench.suite import load_suite
from tests.plan import golden


def planned(file: Path, *overrides: str) -> StageGraph:
    return plan_suite(load_suite(file, overrides))


def keys(plan: StageGraph, kind: str) -> set[str]:
    return {stage.key for stage in plan.stages if stage.kind == kind}


def test_stages_are_shared_and_parents_come_first(suite_file: Path) -> None:
    plan = planned(suite_file)
    assert len(plan.cells) == 4
    counts = {kind: len(keys(plan, kind)) for kind in STAGE_KINDS}
    assert counts == {
        "base": 1,
        "problems": 2 + 2 + 1 + 2,  # sft and rl for each seed, probe, two test splits
        "augment": 4,
        "sft": 4,
        "probe": 4,
        "rft": 4,
        "evaluate": 16,
        "overlap": 8,  # two test splits for each arm and seed
        "analyse": 0,
    }
    seen: set[str] = set()
    for stage in plan.stages:
        assert set(stage.parents.values()) <= seen
        seen.add(stage.key)


def test_arms_share_problems_and_algorithms_share_the_sft_model(suite_file: Path) -> None:
    plan = planned(suite_file, 'matrix.algorithms=["grpo",{name="grpo",steps=9,label="long"}]')
    by_axes = {(c.axes["strategy"], c.axes["algorithm"], c.axes["seed"]): c for c in plan.cells}
    vanilla, bridge = (by_axes[name, "grpo", 0].stages for name in ("vanilla", "bridge"))
    for role in ("problems/sft", "problems/rl", "problems/probe", "problems/test-id"):
        assert vanilla[role] == bridge[role]
    assert vanilla["sft"] != bridge["sft"]
    long = by_axes["vanilla", "long", 0].stages
    assert long["sft"] == vanilla["sft"]
    assert long["pre/test-id"] == vanilla["pre/test-id"]
    assert long["rft"] != vanilla["rft"]


def test_test_problems_do_not_depend_on_the_seed_axis(suite_file: Path) -> None:
    first, second = (c.stages for c in planned(suite_file).cells[:2])
    assert first["problems/test-ood"] == second["problems/test-ood"]
    assert first["problems/probe"] == second["problems/probe"]
    assert first["problems/sft"] != second["problems/sft"]


@pytest.mark.parametrize(
    ("override", "changed", "same"),
    [
        ("defaults.sft.epochs=9", ("sft", "rft", "evaluate"), ("augment", "problems")),
        ("matrix.algorithms[0].steps=9", ("rft",), ("sft", "probe")),
        ("defaults.data.test=9", ("evaluate",), ("sft", "rft")),
        ("defaults.evaluate.samples=9", ("evaluate",), ("sft", "rft", "problems")),
        ("defaults.numerics.threads=2", ("sft", "rft"), ("augment", "problems", "base")),
        ("matrix.models[0].revision=def", ("base", "sft"), ("augment",)),
        ("defaults.rft.checkpoints=9", ("rft",), ("sft", "probe")),
        ("seed=1", ("problems", "sft"), ("base",)),
        ("matrix.strategies[1].label=other", (), STAGE_KINDS),
    ],
)
def test_a_key_depends_only_on_what_determines_the_result(
    suite_file: Path, override: str, changed: tuple[str, ...], same: tuple[str, ...]
) -> None:
    before, after = planned(suite_file), planned(suite_file, override)
    for kind in changed:
        assert keys(before, kind) != keys(after, kind), kind
    for kind in same:
        assert keys(before, kind) == keys(after, kind), kind


def test_only_analyses_that_use_models_depend_on_numerics(suite_file: Path) -> None:
    override = 'analyses=["pass-at-k", "influence"]'
    before = {s.label.split()[0]: s for s in planned(suite_file, override).stages}
    threads = "defaults.numerics.threads=2"
    after = {s.label.split()[0]: s for s in planned(suite_file, override, threads).stages}
    assert before["pass-at-k"].resources.cpus == after["pass-at-k"].resources.cpus == 1
    assert after["influence"].resources.cpus == 2
    influence = before["influence"]
    assert set(influence.parents) == {"sft", "rft", "problems/probe"}
    assert influence.identity["numerics"]["threads"] == 1
    assert influence.identity["settings"]["temperature"] == 1.0
    assert "numerics" not in before["pass-at-k"].identity
    assert set(before["pass-at-k"].parents) == {
        f"{when}/{split}" for when in ("pre", "post") for split in ("test-id", "test-ood")
    }


def test_arms_are_measured_with_the_same_random_numbers(suite_file: Path) -> None:
    found = [s for s in planned(suite_file, 'analyses=["influence"]').stages if s.kind == "analyse"]
    assert len(found) == 4
    assert len({stage.identity["seed"] for stage in found}) == 2  # one for each seed


def test_a_second_probe_is_planned_only_for_an_analysis(suite_file: Path) -> None:
    plain, more = planned(suite_file), planned(suite_file, 'analyses=["rollout-accuracy"]')
    assert len(keys(more, "probe")) == 2 * len(keys(plain, "probe"))
    assert all("probe-rft" not in cell.stages for cell in plain.cells)
    for cell in more.cells:
        (probe,) = (s for s in more.stages if s.key == cell.stages["probe-rft"])
        assert probe.parents["checkpoint"] == cell.stages["rft"]
        (first,) = (s for s in more.stages if s.key == cell.stages["probe"])
        assert probe.identity["seed"] == first.identity["seed"]
    for kind in ("sft", "rft", "evaluate"):
        assert keys(plain, kind) == keys(more, kind)


def test_estimates_count_copies_resampling_and_analyses(suite_file: Path) -> None:
    def seconds(kind: str, *overrides: str) -> float:
        plan = planned(
            suite_file,
            'matrix.models=["tiny"]',
            "matrix.seeds=[0]",
            'analyses=["influence"]',
            *overrides,
        )
        return max(stage.estimate or 0.0 for stage in plan.stages if stage.kind == kind)

    one = seconds("sft", 'matrix.strategies=["vanilla"]')
    four = seconds("sft", 'matrix.strategies=[{name="premise-permutation",copies=4}]')
    matched = seconds(
        "sft",
        'matrix.strategies=["vanilla",{name="premise-permutation",copies=4}]',
        'defaults.match_sft="updates"',
    )
    assert four - 2 == pytest.approx(4 * (one - 2))  # two seconds to start
    assert matched == one
    plain, again = (
        seconds("rft", f'matrix.algorithms=[{{name="dapo",steps=1,resample_rounds={rounds}}}]')
        for rounds in (0, 3)
    )
    assert again - plain == pytest.approx(3 * 32 * 32 / 150)
    # GRPO takes 4 steps here: after 1, 2 and 3 of them, beside the SFT model and the last one.
    two, five = (seconds("analyse", f"defaults.rft.checkpoints={every}") for every in (0, 1))
    assert five - 2 == pytest.approx(5 / 2 * (two - 2))
    few = seconds("analyse", 'analyses=[{name="influence",problems=8}]')
    assert few - 2 == pytest.approx(8 / 64 * (two - 2))


def test_limits_are_many_times_the_estimate(suite_file: Path) -> None:
    def limits(*overrides: str) -> dict[str, set[float]]:
        found: dict[str, set[float]] = {}
        for stage in planned(suite_file, *overrides).stages:
            found.setdefault(stage.kind, set()).add((stage.limit or 0.0) / 3600)
        return found

    unknown = limits()  # a hub model states no pace
    assert unknown["base"] == unknown["rft"] == {72.0}
    assert unknown["problems"] == unknown["overlap"] == {2.0}
    known = limits('matrix.models=["tiny"]', "defaults.data.sft=1000000")
    assert known["probe"] == {2.0}
    estimates = {
        s.estimate
        for s in planned(suite_file, 'matrix.models=["tiny"]', "defaults.data.sft=1000000").stages
        if s.kind == "sft"
    }
    assert known["sft"] == {50 * (seconds or 0.0) / 3600 for seconds in estimates}
    assert set().union(*limits("defaults.limits.stage_hours=0.5").values()) == {0.5}


def test_stage_json_round_trip(suite_file: Path) -> None:
    for stage in planned(suite_file).stages:
        again = Stage.from_json(json.loads(json.dumps(stage.to_json())))
        assert again == stage
        assert content_key(again.identity) == stage.key


def test_why_names_the_fields_that_differ(suite_file: Path) -> None:
    before = next(s for s in planned(suite_file).stages if s.kind == "rft")
    after = next(
        s for s in planned(suite_file, "matrix.algorithms[0].steps=9").stages if s.kind == "rft"
    )
    assert differences(before.identity, after.identity) == {"algorithm.params.steps": (4, 9)}
    parts: dict[str, Any] = {"key": "k", "kind": "rft", "label": "rft", "parents": {}}
    identities: list[Any] = [before.identity, {"kind": "rft"}]
    records = [StageRecord(identity=identity, **parts) for identity in identities]
    assert nearest(after.identity, records) is records[0]


@pytest.mark.alone
@pytest.mark.parametrize("model", ['{name="hub",id="some/model",revision="abc"}', '"tiny"'])
def test_two_thousand_cells_plan_in_under_three_seconds(suite_file: Path, model: str) -> None:
    seeds = ",".join(map(str, range(1000)))
    suite = load_suite(suite_file, [f"matrix.seeds=[{seeds}]", f"matrix.models=[{model}]"])
    started = time.process_time()
    assert len(plan_suite(suite).cells) == 2000
    assert time.process_time() - started < 3


def test_planning_imports_nothing_heavy(suite_file: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from bi_bench.plan import plan_suite; "
        "from bi_bench.suite import load_suite; plan_suite(load_suite(Path(sys.argv[1]))); "
        "print(sorted({'torch', 'transformers', 'trl', 'datasets', 'numpy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(suite_file)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_path_is_passed_to_the_worker_and_is_not_in_the_key(suite_file: Path) -> None:
    folders = [suite_file.parent / name for name in ("here", "there")]
    bases = []
    for folder in folders:
        folder.mkdir()
        (folder / "config.json").write_text("{}")
        (folder / "model.safetensors").write_text(golden.NO_WEIGHTS)
        plan = planned(suite_file, f'matrix.models=[{{name="hub",path="{folder}"}}]')
        bases.append(next(stage for stage in plan.stages if stage.kind == "base"))
    assert bases[0].key == bases[1].key
    assert [base.unkeyed["model"]["path"] for base in bases] == list(map(str, folders))
    (folders[1] / "model.safetensors").write_text(golden.NO_WEIGHTS.replace("\n", " "))
    plan = planned(suite_file, f'matrix.models=[{{name="hub",path="{folders[1]}"}}]')
    assert plan.stages[0].key != bases[0].key


def test_the_key_depends_on_the_content_of_a_demonstrations_file_not_on_its_location(
    suite_file: Path,
) -> None:
    def stages(file: Path, text: str) -> dict[str, Stage]:
        file.write_text(text)
        plan = planned(suite_file, f'matrix.strategies=[{{name="from-file",path="{file}"}}]')
        return {stage.kind: stage for stage in plan.stages}

    one, two = (suite_file.parent / name for name in ("one.jsonl", "two.jsonl"))
    here, there = stages(one, "a"), stages(two, "a")
    assert here["augment"].unkeyed == {"strategy": {"path": str(one)}}
    assert {kind: stage.key for kind, stage in here.items()} == {
        kind: stage.key for kind, stage in there.items()
    }
    assert stages(one, "b")["augment"].key != here["augment"].key
    with pytest.raises(UserError, match=r"matrix\.strategies\[0\]\.path: this key is missing"):
        planned(suite_file, 'matrix.strategies=[{name="from-file"}]')


@pytest.mark.parametrize("match", ["updates", "tokens"])
def test_matched_arms_depend_on_the_demonstrations_of_the_reference(
    suite_file: Path, match: str
) -> None:
    free, matched = planned(suite_file), planned(suite_file, f'defaults.match_sft="{match}"')
    stages = {stage.key: stage for stage in matched.stages}
    for before, cell in zip(free.cells, matched.cells, strict=True):
        sft = stages[cell.stages["sft"]]
        if cell.axes["strategy"] == "vanilla":
            assert sft.key == before.stages["sft"]
            continue
        (reference,) = (
            other.stages["augment"]
            for other in matched.cells
            if other.axes == {**cell.axes, "strategy": "vanilla"}
        )
        assert sft.parents["reference"] == reference
        assert sft.identity["match"] == match
        assert sft.key != before.stages["sft"]
        assert cell.stages["augment"] == before.stages["augment"]


def test_overlap_depends_only_on_the_arm_and_the_test_problems(suite_file: Path) -> None:
    other = '{name="dyval-arithmetic",tier="embedded",depth=[2,2],depth_ood=[3,3]}'
    plan = planned(
        suite_file,
        'matrix.algorithms=["grpo",{name="grpo",steps=9,label="long"}]',
        f"defaults.evaluate.benchmarks=[{other}]",
    )
    stages = {stage.key: stage for stage in plan.stages}
    by_axes = {(c.axes["strategy"], c.axes["algorithm"], c.axes["seed"]): c for c in plan.cells}
    for split in ("test-id", "dyval-arithmetic/test-ood"):
        cell = by_axes["vanilla", "grpo", 0].stages
        found = stages[cell[f"overlap/{split}"]]
        assert found.parents == {
            "augment": cell["augment"],
            "sft": cell["problems/sft"],
            "rl": cell["problems/rl"],
            "problems": cell[f"problems/{split}"],
        }
        assert by_axes["vanilla", "long", 0].stages[f"overlap/{split}"] == found.key
        assert by_axes["bridge", "grpo", 0].stages[f"overlap/{split}"] != found.key
        assert "numerics" not in found.identity
