from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.integration.conftest import Columns, Run

TRAINER = """
# Fine-tunes on the answers alone: what it learns is of no use, that it learns is seen.
import json, sys
from pathlib import Path
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

source, prompts, output, steps, seed = sys.argv[1:]
torch.manual_seed(int(seed))
rows = [json.loads(line) for line in Path(prompts).read_text().splitlines()]
model = AutoModelForCausalLM.from_pretrained(source)
tokenizer = AutoTokenizer.from_pretrained(source)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for number in range(int(steps)):
    row = rows[number % len(rows)]
    text = f"{row['prompt']} </think> <answer> {row['answer']} </answer>"
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    loss = model(input_ids=ids, labels=ids).loss
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    print(f"step {number} loss {loss.item():.3f}", flush=True)
if FAILS:
    sys.exit("out of luck")
model.save_pretrained(output)
"""


def arguments(folder: Path, name: str, fails: bool) -> list[str]:
    script = folder / "trainer.py"
    script.write_text(TRAINER.replace("FAILS", str(fails)))
    argv = '["{python}", "{script}", "{checkpoint}", "{prompts}", "{output}", "{steps}", "{seed}"]'
    entry = f'{{name="command", argv={argv}, files={{script="{script}"}}, steps=3}}'
    return ["--set", f"matrix.algorithms=[{entry}]", "--set", f"name={name}"]


def test_an_outside_trainer_of_thirty_lines_runs_through_a_suite(
    smoke: subprocess.CompletedProcess[str],
    smoke_file: Path,
    bi_bench: Run,
    store: Path,
    tmp_path: Path,
    columns: Columns,
) -> None:
    assert len(TRAINER.strip().splitlines()) <= 30
    result = bi_bench("run", smoke_file, "--store", store, *arguments(tmp_path, "outside", False))
    assert result.returncode == 0, result.stderr
    rows = columns(store, "outside")
    assert {(row["strategy"], row["algorithm"]) for row in rows} == {
        ("vanilla", "command"),
        ("bridge", "command"),
    }
    logs = [
        (record.parent / "log.txt").read_text()
        for record in (store / "stages").glob("*/stage.json")
        if json.loads(record.read_text())["identity"].get("algorithm", {}).get("name") == "command"
    ]
    assert len(logs) == 2
    assert all("step 2 loss" in log for log in logs)


def test_an_outside_trainer_that_fails_shows_the_end_of_its_log(
    smoke: subprocess.CompletedProcess[str],
    smoke_file: Path,
    bi_bench: Run,
    store: Path,
    tmp_path: Path,
) -> None:
    one_arm = ["--set", 'matrix.strategies=["vanilla"]']
    failing = arguments(tmp_path, "failing", True)
    result = bi_bench("run", smoke_file, "--store", store, *failing, *one_arm)
    assert result.returncode == 2, result.stderr
    assert "ended with exit code 1" in result.stderr
    assert "out of luck" in result.stderr
    assert "step 2 loss" in result.stderr
    assert "Traceback" not in result.stderr
