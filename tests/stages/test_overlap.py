"""The overlap stage: leaked questions are found, shared wording is not taken for a leak."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import Problem, Quantity, ReasoningGraph
from bi_bench.artifacts.demonstrations import Demonstration, write_demonstrations
from bi_bench.artifacts.problems import write_problems
from bi_bench.stages import overlap
from bi_bench.stages.alike import compare_graphs
from bi_bench.stages.context import StageContext

NAMES = [
    "Ada",
    "Ben",
    "Cleo",
    "Dan",
    "Eve",
    "Finn",
    "Gus",
    "Hal",
    "Ida",
    "Jon",
    "Kim",
    "Lea",
    "Max",
    "Nina",
    "Otto",
    "Pia",
]


def question(number: int) -> str:
    """Forty words that hardly any other number shares."""
    draw = random.Random(number)
    facts = (f"{draw.choice(NAMES)} has {draw.randrange(1000)} pens." for _ in range(10))
    return " ".join(facts)


def measured(
    tmp_path: Path,
    test: Sequence[str],
    demonstrations: Sequence[tuple[str, str]] = (("a", "b"),),
    rl: Sequence[str] = ("c",),
) -> dict[str, Any]:
    folders = {role: tmp_path / role for role in ("problems", "augment", "sft", "rl", "overlap")}
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
    for role, questions in (("problems", test), ("sft", ["d"]), ("rl", rl)):
        write_problems(
            folders[role], [Problem(f"{role}-{n}", q, "1") for n, q in enumerate(questions)]
        )
    rows = [Demonstration("x", "", prompt, completion) for prompt, completion in demonstrations]
    write_demonstrations(folders["augment"], rows)
    stage = {"identity": {"kind": "overlap"}, "plugin_files": []}
    folder = folders.pop("overlap")
    overlap.run(StageContext.make(stage, folders, folder, lambda **_: None))
    found: dict[str, Any] = json.loads((folder / "overlap.json").read_text())
    return found


def test_a_question_that_stands_whole_in_the_training_data_is_named(tmp_path: Path) -> None:
    test = [question(number) for number in range(100)]
    shouted = "  ".join(test[3].upper().split()) + "\n"
    found = measured(
        tmp_path,
        test,
        demonstrations=[("Solve this: " + test[7] + " <think>", "easy"), (question(200), "x")],
        rl=[question(300), shouted, test[7]],
    )
    assert (found["problems"], found["exact"], found["contaminated"]) == (100, 0.02, 0.02)
    assert (found["demonstrations"]["exact"], found["rl_problems"]["exact"]) == (0.01, 0.02)
    assert found["contaminated_problems"] == [
        {"problem": "problems-3", "coverage": 1.0, "whole": True, "in": ["rl_problems"]},
        {
            "problem": "problems-7",
            "coverage": 1.0,
            "whole": True,
            "in": ["demonstrations", "rl_problems"],
        },
    ]


def test_eighty_percent_of_the_runs_are_the_bound(tmp_path: Path) -> None:
    words = question(1).split()  # 40 words, 28 runs
    for kept, contaminated in ((35, True), (34, False)):  # 23 of 28 runs, 22 of 28
        found = measured(tmp_path, [question(1)], rl=[" ".join(words[:kept])])
        assert found["coverage"] == pytest.approx((kept - 12) / 28)
        assert found["contaminated"] == float(contaminated)
        assert found["exact"] == 0


def test_demonstrations_and_rl_problems_count_together(tmp_path: Path) -> None:
    words = question(1).split()
    halves = " ".join(words[:26]), " ".join(words[14:])
    found = measured(tmp_path, [question(1)], [("", halves[0])], [halves[1]])
    assert found["contaminated"] == 1
    assert found["demonstrations"]["contaminated"] == found["rl_problems"]["contaminated"] == 0
    (listed,) = found["contaminated_problems"]
    assert (listed["whole"], listed["in"]) == (False, [])


def test_a_long_instruction_that_all_questions_share_is_no_leak(tmp_path: Path) -> None:
    instruction = question(1)
    test = [f"{n} plus {n * n} is what? {instruction}" for n in range(50)]
    rl = [f"{n} plus {n * n} is what? {instruction}" for n in range(50, 150)]
    assert measured(tmp_path, test, rl=rl)["contaminated"] == 0
    found = measured(tmp_path, test, rl=[*rl, test[4]])
    assert (found["contaminated"], found["exact"]) == (0.02, 0.02)
    assert found["contaminated_problems"][0]["problem"] == "problems-4"


def test_a_short_question_counts_as_one_run(tmp_path: Path) -> None:
    test = ["What is 3 + 4?", "What is 3 + 5?", "", question(1)]
    found = measured(tmp_path, test, rl=["What is 3 + 4?", "What is 3 + 57", "What is 3 + 5?!"])
    assert (found["exact"], found["contaminated"], found["coverage"]) == (0.25, 0.25, 0.25)


def test_a_longer_last_word_is_another_question(tmp_path: Path) -> None:
    found = measured(tmp_path, [question(1) + " 5"], rl=[question(1) + " 57"])
    assert (found["exact"], found["contaminated"]) == (0, 1)


def test_twenty_contaminated_problems_are_listed_and_all_are_counted(tmp_path: Path) -> None:
    test = [question(number) for number in range(30)]
    found = measured(tmp_path, test, rl=test)
    assert found["exact"] == found["contaminated"] == 1
    names = [each["problem"] for each in found["contaminated_problems"]]
    assert names == [f"problems-{number}" for number in range(20)]


def test_ten_thousand_rl_problems_take_seconds() -> None:
    test = [(str(number), question(number)) for number in range(500)]
    started = time.process_time()
    questions = overlap.split_questions(test)
    training = [question(number) for number in range(400, 10_400)]
    found = overlap.find(questions, training)
    assert found.whole == set(range(400, 500))
    assert time.process_time() - started < 10


def test_the_stage_is_light() -> None:
    code = (
        "import sys; import bi_bench.stages.overlap; "
        "print(sorted({'torch', 'transformers', 'trl', 'datasets'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"


def graph(names: str, constant: int, operator: str = "+") -> ReasoningGraph:
    """a = constant, b = a operator a, asked for b, under other names."""
    a, b = tuple(names)
    value = 2 * constant if operator == "+" else constant * constant
    return ReasoningGraph(
        (Quantity(a, constant, constant), Quantity(b, (operator, a, a), value)), b
    )


def test_questions_with_other_names_are_found_by_their_graphs(tmp_path: Path) -> None:
    def written(folder: Path, *graphs: ReasoningGraph | None) -> Path:
        folder.mkdir()
        problems = [
            Problem(f"{folder.name}-{n}", f"q{n}", "1", each) for n, each in enumerate(graphs)
        ]
        write_problems(folder, problems)
        return folder

    test = written(tmp_path / "test", graph("ab", 3), graph("cd", 4), graph("ef", 3, "*"), None)
    sft = written(tmp_path / "sft", graph("xy", 3), None)
    rl = written(tmp_path / "rl", graph("uv", 5))
    assert compare_graphs(test, [sft, rl]).to_json() == {
        "problems": 3,
        "equal": pytest.approx(1 / 3),
        "structure": pytest.approx(2 / 3),
    }
    assert compare_graphs(test, [rl]).equal == 0
    none = written(tmp_path / "none", None)
    assert compare_graphs(none, [sft]).to_json() == {"problems": 0}
