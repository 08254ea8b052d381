"""Model cards and evaluation results in the form of the Hugging Face hub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tabulate import tabulate

from bi_bench.artifacts.artifact import JsonObject
from bi_bench.artifacts.stage_record import PluginIdentity
from bi_bench.report.content.report import Report
from bi_bench.report.content.row import Row, gain_points, score_name
from bi_bench.report.exports.checkpoints import Checkpoint
from bi_bench.report.exports.yaml import to_yaml
from bi_bench.report.text import amount, markdown, percent, points


def model_card(checkpoint: Checkpoint, report: Report) -> str:
    """The README.md of a checkpoint: metadata for the hub, scores with intervals, training, costs."""
    arm, seed = checkpoint.cell.arm, checkpoint.cell.seed
    title = f"{arm.strategy} · {arm.algorithm} · {arm.model} · {arm.benchmark} · seed {seed}"
    parts = [
        f"---\n{to_yaml(_metadata(checkpoint))}---",
        f"# {markdown(title)}",
        "A language model after supervised fine-tuning (SFT) on demonstrations and reinforcement "
        f"fine-tuning (RFT), trained and measured by bi_bench in the suite {markdown(report.suite)}.",
        "## Scores",
        _scores(checkpoint.rows),
        f"Greedy {score_name(checkpoint.rows)} in %, before RFT (the SFT model) and after (this model); "
        "gain in points; 95 % intervals over problems for this one checkpoint: how much seeds differ is "
        "not in them. floor: the best constant answer. truncated: answers cut off at the length limit, "
        "before → after.",
    ]
    refused = [
        f"- {markdown(f'{row.evaluation}: {row.refused}')}"
        for row in checkpoint.rows
        if row.refused
    ]
    parts += ["\n".join(refused), "## The arm", "\n".join(_arm(checkpoint, report))]
    parts += ["## Training", "\n".join(_facts(checkpoint, report))]
    return "\n\n".join(part for part in parts if part) + "\n"


def eval_results(row: Row, dataset: str, task: str, date: str) -> str:
    """A file for ``.eval_results/`` of a model on the hub: one score, in %.

    ``dataset`` and ``task`` are the hub's: a benchmark registered there, and a task in its eval.yaml.
    """
    if row.greedy is None:
        return ""
    low, high = (percent(share) for share in (row.greedy.post.low, row.greedy.post.high))
    notes = (
        f"greedy, {row.problems} problems of split {row.split} of {row.benchmark}, "
        f"95 % interval over problems [{low}, {high}]; bi_bench"
    )
    value = round(100 * row.greedy.post.estimate, 2)
    entry = {"dataset": {"id": dataset, "task_id": task}, "value": value, "date": date}
    return to_yaml([entry | {"notes": notes}])


def _metadata(checkpoint: Checkpoint) -> dict[str, Any]:
    arm = checkpoint.cell.arm
    data: dict[str, Any] = {"library_name": "transformers", "pipeline_tag": "text-generation"}
    if checkpoint.hub:
        data["base_model"] = checkpoint.hub.hub_id
    if dataset := _hub_dataset(checkpoint):
        data["datasets"] = [dataset]
    data["tags"] = ["bi-bench", arm.algorithm, arm.strategy]
    results = list(_index(checkpoint))
    return data | {"model-index": [{"name": checkpoint.slug, "results": results}]}


def _index(checkpoint: Checkpoint) -> Iterator[dict[str, Any]]:
    for row in checkpoint.rows:
        if row.greedy is None:
            continue
        dataset = _hub_dataset(checkpoint) if "/" not in row.split else ""
        metric = {"type": (name := score_name([row])), "name": f"greedy {name} (%)"}
        yield {
            "task": {"type": "text-generation"},
            "dataset": {
                "name": row.evaluation,
                "type": dataset or f"bi-bench/{row.benchmark}",
                "split": row.split,
            },
            "metrics": [metric | {"value": round(100 * row.greedy.post.estimate, 2)}],
        }


def _hub_dataset(checkpoint: Checkpoint) -> str:
    """The dataset of a benchmark whose parameters name one with its commit; empty for others."""
    params = checkpoint.rft.plugin("benchmark").params
    return str(params["id"]) if params.get("id") and params.get("revision") else ""


def _scores(rows: tuple[Row, ...]) -> str:
    headings = ["evaluation", "problems", "floor", "before RFT", "after RFT", "gain"]
    headings += ["mean over sampled answers", "its gain", "truncated"]
    cells = []
    for row in rows:
        greedy, sampled = row.greedy, row.sampled
        after = greedy.post if greedy else None
        cells.append(
            [
                row.evaluation,
                str(row.problems),
                percent(row.floor),
                percent(greedy.pre.estimate) if greedy else "",
                f"{percent(after.estimate)} [{percent(after.low)}, {percent(after.high)}]"
                if after
                else "refused",
                gain_points(greedy),
                percent(sampled.post.estimate) if sampled else "",
                gain_points(sampled),
                f"{percent(row.pre_answers.truncated)} → {percent(row.post_answers.truncated)}",
            ]
        )
    escaped = [[markdown(cell) for cell in line] for line in cells]
    return str(tabulate(escaped, headings, tablefmt="pipe", disable_numparse=True))


def _facts(checkpoint: Checkpoint, report: Report) -> Iterator[str]:
    row, hub = checkpoint.rows[0], checkpoint.hub
    where = f"{hub.hub_id} at {hub.revision}" if hub else ""
    model = checkpoint.base.plugin("model")
    benchmark = _plugin(checkpoint.rft.plugin("benchmark"))
    named = model.name if "name" in model.model_fields_set else row.model
    facts = {
        "Base model": where or f"{named} {_json(model.params)}",
        "Demonstrations": f"strategy {row.strategy} over {benchmark}",
        "RFT": _plugin(checkpoint.rft.plugin("algorithm")),
        "Compute of this cell, shared stages in full": (
            f"{amount(row.costs.tokens_trained)} tokens trained, "
            f"{amount(row.costs.tokens_generated)} generated, {row.costs.wall_seconds / 60:.1f} minutes"
        ),
        "Numerics": ", ".join(f"{name} {value}" for name, value in report.numerics.items()),
        "Made with": ", ".join(f"{name} {value}" for name, value in report.versions.items()),
        "Command": report.command,
        "Notes": "; ".join(row.notes),
    }
    if ready := row.readiness:
        facts["Readiness of the SFT model (probe)"] = (
            f"{percent(ready.accuracy)} % of rollouts right, {percent(ready.informative)} % of the "
            f"problems with some but not all of {ready.samples} rollouts right, spread {ready.spread:.3f}"
        )
    for name, value in facts.items():
        if value:
            yield f"- {name}: {markdown(value)}"


def _arm(checkpoint: Checkpoint, report: Report) -> Iterator[str]:
    """The results of the arm that this checkpoint is one seed of."""
    for row in report.rows:
        if row.arm != checkpoint.cell.arm or row.greedy is None:
            continue
        final = points(row.greedy.final_difference)
        parts = [f"gain {gain_points(row.greedy)}"]
        parts += [f"final score against {report.reference} {final}"] if final else []
        parts += [*row.greedy.gain_labels, *([row.label("greedy")] if final else [])]
        where = f"{row.evaluation}, seeds {row.seed_count}"
        yield f"- {markdown(where)}: {markdown('; '.join(parts))}"


def _plugin(identity: PluginIdentity) -> str:
    return f"{identity.name} {_json(identity.params)}"


def _json(params: JsonObject) -> str:
    return json.dumps(params, ensure_ascii=False)
