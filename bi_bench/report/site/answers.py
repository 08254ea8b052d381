"""Writes single answers before and after RFT into files that a page loads one at a time."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bi_bench import __version__
from bi_bench.api import Benchmark, Problem
from bi_bench.artifacts.files import write_text
from bi_bench.artifacts.problems import has_problems, read_problems
from bi_bench.artifacts.samples import Sample, has_samples, read_samples
from bi_bench.report.answers.steps import marked_steps
from bi_bench.report.site.escape import literal, script

# Raise it when files of the same answers come out different.
ANSWERS_SCHEMA = 2

SHARD_PROBLEMS = 200
SHARD_BYTES = 1_000_000
ANSWER_CHARACTERS = 16_000
_PROBLEM_CHARACTERS = 400_000
NO_ANSWERS = (
    "The answers are not in this store: a published record leaves them out. "
    "Make the page from the store in which the run was made."
)


def answers_name(pre: str, post: str, marked: bool) -> str:
    """The name of the folder of two evaluations: a digest of all that its files depend on."""
    parts = [ANSWERS_SCHEMA, __version__, pre, post, marked]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]


def write_answers(
    data: Path, name: str, pre: Path, post: Path, problems: Path, benchmark: Benchmark | None
) -> bool:
    """Write ``answers/NAME/`` below ``data``: index.js and shards 0.js, 1.js ...

    ``pre``, ``post`` and ``problems`` are folders of stages. False where the answers are not stored;
    nothing is done where the folder is there. The index, with a line a problem, comes last.
    """
    folder = data / "answers" / name
    if (folder / "index.js").is_file():
        return True
    if not (has_samples(pre) and has_samples(post) and has_problems(problems)):
        return False
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    before, after = _by_problem(read_samples(pre)), _by_problem(read_samples(post))
    lines: list[list[Any]] = []
    starts: list[int] = []
    shard: list[str] = []
    size = 0
    for problem in read_problems(problems):
        pair = before.get(problem.id, []), after.get(problem.id, [])
        shown = literal(_problem(problem, *pair, benchmark))
        if shard and (len(shard) == SHARD_PROBLEMS or size + len(shown) > SHARD_BYTES):
            _write_shard(folder, name, starts, len(lines), shard)
            shard, size = [], 0
        lines.append(_line(problem, *pair))
        shard.append(shown)
        size += len(shown)
    if shard:
        _write_shard(folder, name, starts, len(lines), shard)
    index = {"starts": starts, "problems": lines, "marked": benchmark is not None}
    text = script(f"answers/{name}/index", literal(index))
    write_text(folder / "index.js", text)
    return True


def remove_others(data: Path, names: set[str]) -> None:
    """Remove the folders of answers that no row of the page names."""
    for folder in (data / "answers").glob("*"):
        if folder.name not in names:
            shutil.rmtree(folder, ignore_errors=True)


def _write_shard(
    folder: Path, name: str, starts: list[int], end: int, shard: Sequence[str]
) -> None:
    number = len(starts)
    starts.append(end - len(shard))
    text = script(f"answers/{name}/{number}", f"[{','.join(shard)}]")
    (folder / f"{number}.js").write_text(text, encoding="ascii")


def _by_problem(samples: Sequence[Sample]) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for sample in samples:
        found.setdefault(sample.problem, []).append(sample)
    return found


def _line(problem: Problem, pre: Sequence[Sample], post: Sequence[Sample]) -> list[Any]:
    """A line of the list of problems: id, operations, the greedy answers, flags of any answer."""
    right = [next((int(each.correct) for each in when if each.greedy), -1) for when in (pre, post)]
    answers = [*pre, *post]
    unparsed = any(not each.parsed for each in answers)
    truncated = any(each.truncated for each in answers)
    return [problem.id, problem.metadata.get("ops"), *right, int(unparsed), int(truncated)]


def _problem(
    problem: Problem, pre: Sequence[Sample], post: Sequence[Sample], benchmark: Benchmark | None
) -> dict[str, Any]:
    limit = min(ANSWER_CHARACTERS, _PROBLEM_CHARACTERS // max(1, len(pre) + len(post)))
    # The same answer is often given twice: its steps are marked and stored once.
    texts: dict[str, int] = {}
    before, after = ([_answer(each, limit, texts) for each in when] for when in (pre, post))
    return {
        "id": problem.id,
        "question": problem.question[:ANSWER_CHARACTERS],
        "answer": problem.answer[:ANSWER_CHARACTERS],
        "solution": (problem.solution or "")[:ANSWER_CHARACTERS],
        "texts": [list(_parts(text, benchmark, problem)) for text in texts],
        "before": before,
        "after": after,
    }


def _answer(sample: Sample, limit: int, texts: dict[str, int]) -> list[Any]:
    """One answer as a list, which answer.js reads in the same order; its text goes into ``texts``."""
    # What is not shown is not parsed either: no answer is too long for a page.
    text = sample.completion[:limit]
    value = "contradictory answers" if sample.contradictory else sample.answer
    return [
        sample.temperature,
        sample.correct,
        sample.parsed,
        sample.truncated,
        "unrecognised" if sample.unrecognised else sample.derivation,
        None if value is None else value[:limit],
        sample.tokens,
        texts.setdefault(text, len(texts)),
        len(sample.completion) - len(text),
        # Only where the benchmark provides one of them: all others have one list less to read.
        *(
            [sample.score, sample.semantic]
            if (sample.score, sample.semantic) != (None, None)
            else []
        ),
    ]


def _parts(
    text: str, benchmark: Benchmark | None, problem: Problem
) -> Iterator[str | tuple[str, ...]]:
    """The text in pieces: those between steps as they are, (text, kind, quantity, fault) of a step.

    A step that is right has no fault.
    """
    place = 0
    for mark in marked_steps(benchmark, problem, text) if benchmark else ():
        if mark.start > place:
            yield text[place : mark.start]
        step = (text[mark.start : mark.end], mark.kind, mark.quantity)
        yield (*step, mark.fault) if mark.fault else step
        place = mark.end
    if place < len(text):
        yield text[place:]
