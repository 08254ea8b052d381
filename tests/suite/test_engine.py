"""The engine of a suite: the table, and the name on the command line in place of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.plan import plan_suite
from bi_bench.suite import load_suite

SMOKE = Path(__file__).parents[2] / "suites" / "smoke.toml"
ENGINE = """
from bi_bench.api import Engine, Parameters, hookimpl

class QueueParameters(Parameters):
    queue: str
    jobs: int = 1

class Queue(Engine[QueueParameters]):
    "A queue."
    name = "queue"
    default = False

    def run(self, stages, observe):
        return {}

@hookimpl
def bi_bench_engines():
    return [Queue]
"""


@pytest.fixture
def suite_file(tmp_path: Path) -> Path:
    (tmp_path / "queue.py").write_text(ENGINE)
    file = tmp_path / "smoke.toml"
    table = '[engine]\nname = "queue"\nqueue = "short"\n'
    file.write_text(f'plugins = ["./queue.py"]\n{SMOKE.read_text()}\n{table}')
    return file


def test_the_engine_is_in_no_key_and_not_in_the_source_of_a_run(suite_file: Path) -> None:
    queue, local = load_suite(suite_file), load_suite(suite_file, (), "local")
    assert (queue.engine.plugin.name, local.engine.plugin.name) == ("queue", "local")
    assert queue.engine.params.model_dump() == {"queue": "short", "jobs": 1}
    assert [s.key for s in plan_suite(queue).stages] == [s.key for s in plan_suite(local).stages]
    assert "engine" not in queue.source
    assert load_suite(SMOKE).engine.plugin.name == "local"


def test_the_name_on_the_command_line_replaces_the_table_or_keeps_its_parameters(
    suite_file: Path,
) -> None:
    same = load_suite(suite_file, ["engine.jobs=3"], "queue")
    assert same.engine.params.model_dump() == {"queue": "short", "jobs": 3}
    assert load_suite(suite_file, ["engine.workers=3"], "local").engine.plugin.name == "local"


@pytest.mark.parametrize(
    ("overrides", "engine", "message"),
    [
        ([], "quue", r'engine: engines: "quue" not found; did you mean "queue"\? Known: local, qu'),
        (["engine.jobs=many"], "", r"engine.jobs: .*integer.*'many'"),
        (["engine.workers=2"], "", r"engine.workers: unknown key. Allowed: queue, jobs"),
        (['engine={name="queue"}'], "", r"engine.queue: this key is missing"),
        (["engine.name=3"], "", r"engine.name: .*string"),
        (["engine=local"], "", r"engine: .*'local'"),
    ],
)
def test_mistakes_name_the_key(
    suite_file: Path, overrides: list[str], engine: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        load_suite(suite_file, overrides, engine)


def test_two_default_engines_are_an_error_that_names_both(suite_file: Path, tmp_path: Path) -> None:
    (tmp_path / "queue.py").write_text(ENGINE.replace("default = False", "default = True"))
    assert load_suite(suite_file).engine.plugin.name == "queue"
    with pytest.raises(
        UserError, match=r"exactly one engine .* not local and queue of local, queu"
    ):
        load_suite(suite_file, ['engine={queue="short"}'])
