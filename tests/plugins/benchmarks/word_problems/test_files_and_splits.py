from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from bi_bench.api import SPLITS, Benchmark, Problem, Split, UserError
from bi_bench.plan import plan_suite
from bi_bench.stages import augment as augment_stage
from bi_bench.stages import problems as problems_stage
from bi_bench.stages.context import StageContext
from bi_bench.suite import load_suite
from bi_bench_plugins.benchmarks.word_problems import GSM8K, MATH, GSM8KParameters, MATHParameters
from tests.conftest import present
from tests.plugins.benchmarks.word_problems.conftest import Make, Rows, Write

SUITE = """
name = "told"
[matrix]
benchmarks = [{{ name = "gsm8k", path = "{path}" }}]
models = [{{ name = "hub", id = "some/model", revision = "abc" }}]
strategies = ["vanilla", "bridge"]
algorithms = ["grpo"]
seeds = [0]
[defaults.data]
sft = 5
"""


def drawn(benchmark: Benchmark, split: Split, seed: int = 0, n: int = 10_000) -> list[Problem]:
    return list(benchmark.problems(split, n, random.Random(seed)))


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_splits_are_disjoint_and_do_not_depend_on_the_seed(
    write: Write, chairs: Make, told: Rows, suffix: str
) -> None:
    test = chairs(20, start=500) + told
    folder = write(chairs(300), test, suffix)
    gsm8k = GSM8K(GSM8KParameters(path=str(folder), ood_steps=3))
    by_split = {split: {p.question for p in drawn(gsm8k, split)} for split in SPLITS}
    assert sum(map(len, by_split.values())) == len(set.union(*by_split.values())) == 324
    assert len(by_split["test-ood"]) == 2  # three steps or more
    assert len(by_split["sft"]) > len(by_split["rl"]) > len(by_split["val"]) > 0
    first, second = drawn(gsm8k, "rl", seed=1), drawn(gsm8k, "rl", seed=2)
    assert [p.id for p in first] != [p.id for p in second]
    assert {p.id for p in first} == {p.id for p in second}
    assert len(drawn(gsm8k, "rl", n=3)) == 3
    assert len({p.id for p in first}) == len(first)


def test_jsonl_and_parquet_are_the_same_problems(write: Write, chairs: Make, told: Rows) -> None:
    lines = GSM8K(GSM8KParameters(path=str(write(chairs(40), told, name="a"))))
    table = GSM8K(GSM8KParameters(path=str(write(chairs(40), told, ".parquet", name="b"))))
    assert drawn(lines, "sft") == drawn(table, "sft")


def test_repeated_questions_are_left_out_and_counted(write: Write, chairs: Make) -> None:
    train, test = chairs(50), chairs(10, start=100)
    again = [{**row, "question": row["question"].upper().replace(".", " .")} for row in train[:3]]
    folder = write(train + again + test[:2], test + test[:1])
    gsm8k = GSM8K(GSM8KParameters(path=str(folder), ood_steps=0))
    assert gsm8k.tally("rl")["left_out"] == {
        "repeated in test": 1,
        "repeated in train": 3,
        "in test and train": 2,
        "harder, in train": 0,
        "difficulty unknown": 0,
    }
    total = sum(len(drawn(gsm8k, split)) for split in SPLITS if split != "test-ood")
    assert total == 60


def test_math_divides_by_level(write: Write, sevenths: Make) -> None:
    train = sevenths(80) + sevenths(5, 200, "Level 5") + sevenths(2, 300, "Level ?")
    test = sevenths(9, 400, 4) + sevenths(4, 500, "Level 5")
    math = MATH(MATHParameters(path=str(write(train, test))))
    assert len(drawn(math, "test-id")) == 9
    hard = drawn(math, "test-ood")
    assert [p.metadata["ops"] for p in hard] == [5] * 4
    assert math.tally("sft")["left_out"]["harder, in train"] == 5
    assert math.tally("sft")["left_out"]["difficulty unknown"] == 2
    problem = hard[0]
    assert problem.metadata["type"] == "Arithmetic"
    assert present(problem.solution).endswith(
        f"</think>\n<answer>\\boxed{{{problem.answer}}}</answer>"
    )
    assert math.grade(problem, present(problem.solution)).correct
    assert math.plan(problem, random.Random(0)) is None
    everything = MATH(MATHParameters(path=math.params.path, ood_level=0))
    assert len(drawn(everything, "test-id")) == 13
    with pytest.raises(UserError, match='the split "test-ood" is empty'):
        drawn(everything, "test-ood")


def bad(folder: Path, text: str, part: str = "train") -> GSM8K:
    (folder / f"{part}.jsonl").write_text(text)
    return GSM8K(GSM8KParameters(path=str(folder)))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{not json", "line 2: not JSON"),
        ("\udcff", "line 2: not UTF-8"),
        ("[" * 100_000, "line 2: not JSON"),
        ("[1, 2]", "line 2: not a JSON object"),
        ('{"question": "q?"}', r'line 2: the column "answer" is missing \(there: question\)'),
        ('{"question": 3, "answer": "#### 3"}', 'line 2: the column "question" is no text'),
        ('{"question": " ", "answer": "#### 3"}', 'line 2: the column "question" is no text'),
        ('{"question": "q?", "answer": "It is 3."}', 'line 2: .* has no line "#### N"'),
        ('{"question": "q?", "answer": "#### three"}', 'line 2: "#### three" is no number'),
    ],
)
def test_a_bad_row_is_an_error_with_file_and_line(
    write: Write, chairs: Make, line: str, message: str
) -> None:
    folder = write(chairs(9), chairs(2, 90))
    good = json.dumps(chairs(1)[0])
    text = f"{good}\n{line}\n{good}\n"
    (folder / "train.jsonl").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UserError, match=rf"train\.jsonl: 1 of 3 rows cannot be used: {message}"):
        drawn(GSM8K(GSM8KParameters(path=str(folder))), "sft")


def test_half_of_a_character_is_no_text(write: Write, chairs: Make) -> None:
    row = {**chairs(1)[0], "question": "How many? \ud83d"}
    folder = write([*chairs(9), row], chairs(2, 90))
    message = (
        r'train\.jsonl: 1 of 10 rows .*: line 10: the column "question" has half of a surrogate'
    )
    with pytest.raises(UserError, match=message):
        drawn(GSM8K(GSM8KParameters(path=str(folder))), "sft")


def test_as_many_bad_rows_as_a_suite_allows_are_left_out_and_counted(
    write: Write, chairs: Make
) -> None:
    folder = write([*chairs(40), {"question": "q?"}, {"answer": "#### 1"}], chairs(2, 90))
    gsm8k = GSM8K(GSM8KParameters(path=str(folder), bad_rows=2))
    assert gsm8k.tally("sft")["left_out"]["cannot be used"] == 2
    with pytest.raises(UserError, match="2 of 42 rows cannot be used"):
        drawn(GSM8K(GSM8KParameters(path=str(folder), bad_rows=1)), "sft")


def test_the_empty_boxes_of_the_original_are_left_out_and_counted(
    write: Write, sevenths: Make
) -> None:
    empty = {**sevenths(1, 90)[0], "solution": r"There are $\boxed{}$ of them."}
    math = MATH(MATHParameters(path=str(write([*sevenths(40), empty], sevenths(5, 100)))))
    assert math.tally("sft")["left_out"]["empty box"] == 1
    assert all(problem.answer for problem in drawn(math, "sft"))


def test_all_bad_rows_are_counted_and_blank_lines_are_none(write: Write, chairs: Make) -> None:
    folder = write(chairs(9), chairs(2, 90))
    gsm8k = bad(folder, "\n" + "{\n" * 7 + json.dumps(chairs(1)[0]))
    with pytest.raises(UserError, match=r"7 of 8 rows .*: line 2: .*; line 4: [^;]*; \.\.\.$"):
        drawn(gsm8k, "sft")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"solution": "No answer."}, r"has no \\boxed\{\} that can be read"),
        ({"level": "Level 9"}, 'the level "Level 9" is none of'),
        ({"level": None}, 'the column "level" is missing'),
        ({"type": ""}, 'the column "type" is no text'),
    ],
)
def test_a_bad_row_of_math(
    write: Write, sevenths: Make, row: dict[str, object], message: str
) -> None:
    folder = write(sevenths(3), [{**sevenths(1, 90)[0], **row}])
    with pytest.raises(UserError, match=rf"test\.jsonl: 1 of 1 rows .*line 1: .*{message}"):
        drawn(MATH(MATHParameters(path=str(folder))), "sft")


def test_a_bad_row_of_a_table(write: Write, chairs: Make) -> None:
    folder = write(chairs(3), [*chairs(1, 90), {"question": "q?", "answer": None}], ".parquet")
    with pytest.raises(
        UserError, match=r'test\.parquet: 1 of 2 rows .*: row 2: the column "answer"'
    ):
        drawn(GSM8K(GSM8KParameters(path=str(folder))), "sft")


def test_files_that_are_missing_double_empty_or_no_parquet(
    write: Write, chairs: Make, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"there is no train\.jsonl or train\.parquet"):
        GSM8KParameters(path=str(tmp_path / "nowhere"))
    folder = write(chairs(9), chairs(2, 90))
    (folder / "test.jsonl").rename(folder / "test.parquet")
    with pytest.raises(UserError, match=r"test\.parquet: cannot be read as Parquet"):
        drawn(GSM8K(GSM8KParameters(path=str(folder))), "sft")
    (folder / "test.jsonl").write_text("\n")
    with pytest.raises(UserError, match=r"has both test\.jsonl or test\.parquet"):
        GSM8KParameters(path=str(folder))
    (folder / "test.parquet").unlink()
    with pytest.raises(UserError, match=r"test\.jsonl: no rows"):
        drawn(GSM8K(GSM8KParameters(path=str(folder))), "sft")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("", "give either id .* or path"),
        (', id = "some/data", path = "."', "there is no train"),
        (', id = "some/data"', "revision must be a commit"),
        (', id = "some/data", revision = "main"', "revision must be a commit"),
    ],
)
def test_a_source_must_be_one_and_pinned(tmp_path: Path, entry: str, message: str) -> None:
    file = tmp_path / "told.toml"
    file.write_text(SUITE.format(path="X").replace(', path = "X"', entry))
    with pytest.raises(UserError, match=message):
        load_suite(file)


def test_the_key_holds_the_content_of_the_files_and_not_their_place(
    write: Write, chairs: Make, tmp_path: Path
) -> None:
    file = tmp_path / "told.toml"
    plans = []
    for name, last in (("a", 2), ("b", 2), ("c", 3)):
        folder = write(chairs(60), chairs(last, 90), name=name)
        file.write_text(SUITE.format(path=folder))
        plans.append(plan_suite(load_suite(file)))
    here, there, other = ([stage.key for stage in plan.stages] for plan in plans)
    assert here == there
    kinds = [s.kind for s, x, y in zip(plans[0].stages, here, other, strict=True) if x != y]
    assert set(kinds) == {"problems", "augment", "overlap", "sft", "probe", "rft", "evaluate"}
    paths = {s.unkeyed["benchmark"]["path"] for s in plans[0].stages if s.kind == "problems"}
    assert paths == {str(tmp_path / "a")}
    assert not any("path" in str(s.identity) for s in plans[0].stages)


def test_the_problems_stage_keeps_the_tally_and_sees_files_that_changed(
    write: Write, chairs: Make, tmp_path: Path
) -> None:
    file, folder = tmp_path / "told.toml", write(chairs(60), chairs(2, 90))
    file.write_text(SUITE.format(path=folder))
    stage = next(s for s in plan_suite(load_suite(file)).stages if s.kind == "problems").to_json()
    out = tmp_path / "out"
    out.mkdir()
    problems_stage.run(StageContext.make(stage, {}, out, lambda **_: None))
    summary = json.loads((out / "summary.json").read_text())
    assert summary["n"] == 5
    assert summary["graph_share"] == 1.0
    assert summary["left_out"]["repeated in train"] == 0
    (folder / "test.jsonl").write_text(json.dumps(chairs(1, 95)[0]))
    with pytest.raises(UserError, match="changed since the plan was made"):
        problems_stage.run(StageContext.make(stage, {}, out, lambda **_: None))


def test_graph_strategies_are_skipped_on_math(write: Write, sevenths: Make, tmp_path: Path) -> None:
    file = tmp_path / "told.toml"
    file.write_text(
        SUITE.format(path=write(sevenths(60), sevenths(3, 90))).replace("gsm8k", "math")
    )
    skips = {cell.axes["strategy"]: cell.skip for cell in plan_suite(load_suite(file)).cells}
    assert skips == {"vanilla": "", "bridge": "bridge needs a graph, which math does not provide"}


def test_stages_without_the_files_speak_grade_and_count_what_was_declined(
    write: Write, told: Rows, chairs: Make, tmp_path: Path
) -> None:
    divided = [{**told[2], "question": f"Ben {i} has 30 in 5 bags. In 2?"} for i in range(40)]
    file, folder = tmp_path / "told.toml", write(chairs(40) + divided, chairs(2, 90))
    entry = f'{folder}", sft_with_graph = false, subset = "main'
    file.write_text(SUITE.format(path=entry).replace("sft = 5", "sft = 30"))
    plan = plan_suite(load_suite(file))
    drawn_stage = next(s for s in plan.stages if s.kind == "problems")
    folders = {}
    for name, stage in (
        ("problems", drawn_stage),
        *((s.label.split()[0], s) for s in plan.stages if s.kind == "augment"),
    ):
        folders[name] = tmp_path / name
        folders[name].mkdir()
        inputs = {"problems": folders["problems"]}
        run = problems_stage.run if name == "problems" else augment_stage.run
        run(StageContext.make(stage.to_json(), inputs, folders[name], lambda **_: None))
        for part in folder.glob("*.jsonl"):  # the first stage was the last to need them
            part.unlink()
    vanilla, bridge = (
        json.loads((folders[name] / "summary.json").read_text()) for name in ("vanilla", "bridge")
    )
    assert vanilla["examples"] == 30
    assert vanilla["declined"] == {}
    assert bridge["examples"] + bridge["declined"]["the problem has no graph"] == 30
    assert bridge["examples"] == vanilla["steps"]["compute"] > 0
