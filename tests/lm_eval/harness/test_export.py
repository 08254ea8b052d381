from __future__ import annotations

import json
import runpy
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import UserError
from bi_bench.lm_eval import task_runtime
from tests.batch import run_all

EVALUATE = """
import json, sys
import lm_eval
from lm_eval.tasks import TaskManager

checkpoint, folder, task, out = sys.argv[1:]
results = lm_eval.simple_evaluate(
    model="hf",
    model_args=f"pretrained={checkpoint},dtype=float32",
    tasks=[task],
    task_manager=TaskManager(include_path=folder, include_defaults=False),
    device="cpu",
    batch_size=16,
    bootstrap_iters=0,
)
samples = sorted(results["samples"][task], key=lambda row: row["doc_id"])
rows = [
    {
        "id": row["doc"]["id"],
        "prompt": row["arguments"][0][0],
        "completion": row["resps"][0][0],
        "acc": row["acc"],
        "parsed": row["parsed"],
    }
    for row in samples
]
with open(out, "w") as file:
    json.dump({"acc": results["results"][task]["acc,none"], "rows": rows}, file)
"""

BLANK = '''
from bi_bench.api import Benchmark, Grade, Problem, hookimpl

class Blank(Benchmark):
    """Prompts and answers that a careless harness would strip or render."""
    name = "blank"
    provides = frozenset({"solution"})
    def problems(self, split, n, rng):
        for index in range(n):
            question = f"  {{{{ name }}}} {{% if %}}\\n# {index}\\u2028"
            yield Problem(f"blank/{index}", question, f" {index}\\n", metadata={"ops": index})
    def ask(self, problem, premise_order=None):
        return problem.question + " \\n"
    def grade(self, problem, completion):
        return Grade(completion == problem.answer, completion != "", completion)

@hookimpl
def bi_bench_benchmarks():
    return [Blank]
'''

REQUESTS = """
import json, sys
from lm_eval.tasks import TaskManager

folder, task, out = sys.argv[1:]
manager = TaskManager(include_path=folder, include_defaults=False)
task = manager.load([task])["tasks"][task]
task.set_config(key="num_fewshot", value=0)
task.build_all_requests()
docs = list(task.eval_docs)
rows = [
    {
        "arguments": request.args,
        "target": task.doc_to_target(doc),
        "right": task.process_results(doc, [doc["answer"]]),
        "wrong": task.process_results(doc, [doc["answer"].strip()]),
    }
    for request, doc in zip(task.instances, docs, strict=True)
]
with open(out, "w") as file:
    json.dump(rows, file)
"""


@pytest.mark.slow
def test_lm_eval_gives_the_outcome_of_bi_bench_on_every_problem(
    exported: Path,
    checkpoint: Path,
    own: Any,
    offline: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path: Path,
) -> None:
    out = tmp_path / "results.json"
    result = offline("-c", EVALUATE, checkpoint, exported, "bi_bench_igsm_test_ood", out)
    assert result.returncode == 0, result.stderr
    found = json.loads(out.read_text())
    rows, outcomes = found["rows"], own.outcomes
    assert [row["id"] for row in rows] == outcomes["problems"]
    assert [row["completion"] for row in rows] == [row["completion"] for row in own.rows]
    assert [bool(row["acc"]) for row in rows] == outcomes["greedy"]
    assert [bool(row["parsed"]) for row in rows] == [row["parsed"] for row in own.rows]
    assert found["acc"] == sum(outcomes["greedy"]) / len(rows)
    assert 0 < found["acc"] < 1, "nothing is compared where all answers are alike"


def test_prompts_come_through_byte_for_byte_with_a_plugin_file(
    offline: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    plugin, folder, out = (tmp_path / name for name in ("blank.py", "task", "out.json"))
    plugin.write_text(BLANK)
    export = ["-m", "bi_bench", "export", "lm-eval", "blank", "-n", 3, "--name", "raw"]
    result = offline(*export, "--out", folder, "--plugin", plugin)
    assert result.returncode == 0, result.stderr
    assert f"--tasks raw --include_path {folder}" in result.stdout
    plugin.unlink()  # the folder stands alone
    result = offline("-c", REQUESTS, folder, "raw", out)
    assert result.returncode == 0, result.stderr
    for index, row in enumerate(json.loads(out.read_text())):
        prompt, settings = row["arguments"]
        assert prompt == f"  {{{{ name }}}} {{% if %}}\n# {index}\u2028 \n"
        assert settings["until"] == []
        assert settings["max_gen_toks"] == 512
        assert not settings["do_sample"]
        assert row["target"] == f" {index}\n"
        assert row["right"] == {"acc": 1, "parsed": 1}
        assert row["wrong"] == {"acc": 0, "parsed": 1}


def test_no_machine_path_is_in_an_export(exported: Path) -> None:
    files = {file.name: file.read_text() for file in exported.iterdir() if file.is_file()}
    assert set(files) == {"task.yaml", "utils.py", "problems.jsonl", "benchmark.json"}
    assert not [name for name, text in files.items() if str(exported.parent) in text]


MISTAKES: list[tuple[list[str], str]] = [
    (["lm-evl", "igsm"], 'did you mean "lm-eval"?'),
    (["lm-eval", "igms"], 'did you mean "igsm"?'),
    (["lm-eval", "igsm", "--split", "test_id"], 'did you mean "test-id"'),
    (["lm-eval", "igsm", "--set", "strategy.x=1"], "write benchmark.KEY=VALUE"),
    (["lm-eval", "igsm", "--set", "benchmark.tire=1"], 'did you mean "tier"?'),
    (["lm-eval", "igsm", "--name", "a b"], "cannot name a task"),
    (["lm-eval", "igsm", "--out", "."], "holds other files"),
]


@pytest.fixture(scope="module")
def mistaken() -> list[subprocess.CompletedProcess[str]]:
    return run_all((["export", *arguments] for arguments, _ in MISTAKES), "-n", 1)


@pytest.mark.parametrize("number", range(len(MISTAKES)))
def test_mistakes_are_one_clear_message(
    mistaken: list[subprocess.CompletedProcess[str]], number: int
) -> None:
    assert mistaken[number].returncode == 2
    assert MISTAKES[number][1] in mistaken[number].stderr
    assert "Traceback" not in mistaken[number].stderr


def test_an_export_of_another_version_of_the_benchmark_is_refused(
    exported: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "task"
    folder.mkdir()
    content = json.loads((exported / "benchmark.json").read_text())
    content["benchmark"]["version"] = 99
    (folder / "benchmark.json").write_text(json.dumps(content))
    (doc,) = Path(exported / "problems.jsonl").read_text().splitlines()[:1]
    row = {"problem": json.dumps(json.loads(doc)["problem"])}
    with pytest.raises(UserError, match="export the task again"):
        task_runtime.grade(folder, row, "4")
    assert task_runtime.grade(exported, row, "")["acc"] == 0


OLD_UTILS = """
from pathlib import Path
from bi_bench.stages import lm_eval_task
HERE = Path(__file__).parent

def process_results(doc, results):
    return lm_eval_task.grade(HERE, doc, results[0])
"""


def test_a_task_exported_by_an_older_release_still_grades(exported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "task"
    shutil.copytree(exported, folder)
    (folder / "utils.py").write_text(OLD_UTILS)
    doc = json.loads((folder / "problems.jsonl").read_text().splitlines()[0])
    doc["problem"] = json.dumps(doc["problem"])
    utils = runpy.run_path(str(folder / "utils.py"))
    assert utils["process_results"](doc, [""]) == {"acc": 0, "parsed": 0}
