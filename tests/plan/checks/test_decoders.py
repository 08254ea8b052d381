"""A plan says which decoders no cell can have, and which cells are left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.plan import StageGraph, plan_suite
from bi_bench.suite import load_suite
from tests.micro import EXAMPLES, LETTERS, micro_suite

ODD = '''
from bi_bench.api import CheckpointOf, Decoder, hookimpl

class Odd(Decoder):
    """Reads what is named here."""
    name = "odd"
    def checkpoints(self):
        return {found}
    def logits(self, given):
        return given["only"]

@hookimpl
def bi_bench_decoders():
    return [Odd]
'''


def odd(folder: Path, found: str, *overrides: str, decoder: str = '"odd"') -> StageGraph:
    """The plan of a suite with a decoder that returns ``found`` as its checkpoints."""
    plugins = {"odd.py": ODD.replace("{found}", found)}
    file = micro_suite(folder, plugins=plugins, top=f"decoders = [{decoder}]")
    return plan_suite(load_suite(file, overrides))


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ('{"only": CheckpointOf("stf")}', r'"only" is the role "stf".*did you mean "sft"\?'),
        (
            '{"only": CheckpointOf("rft", model="tini")}',
            r'of the model "tini".*did you mean "tiny"',
        ),
        ("{}", r"decoder odd: checkpoints must return a mapping, such as"),
        ('["sft"]', r"decoder odd: checkpoints must return a mapping, such as"),
        ('{"only": "sft"}', r"CheckpointOf objects, not 'only' to 'sft'"),
        ("{}[1]", r"decoder odd: KeyError"),
    ],
)
def test_checkpoints_that_nobody_has_are_refused(tmp_path: Path, found: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        odd(tmp_path, found)


def test_settings_that_no_decoder_can_have_are_refused(tmp_path: Path) -> None:
    found = '{"only": CheckpointOf("sft")}'
    with pytest.raises(UserError, match="a label of a decoder has no slash"):
        odd(tmp_path, found, decoder='{ name = "odd", label = "a/b" }')
    with pytest.raises(UserError, match="decoder odd mixes logits, which vLLM does not give"):
        odd(tmp_path, found, "defaults.rollouts.engine=vllm")


def test_a_decoder_is_in_no_other_key_and_has_its_own_stage(tmp_path: Path) -> None:
    plan = odd(tmp_path, '{"only": CheckpointOf("sft")}')
    without = plan_suite(load_suite(tmp_path / "suite.toml", ["decoders=[]"]))
    new = {s.key: s for s in plan.stages if s.key not in {other.key for other in without.stages}}
    (cell,) = plan.cells
    assert list(new) == [cell.stages["decoded/odd/test-id"]]
    (stage,) = new.values()
    assert stage.kind == "evaluate"
    assert stage.identity["parents"] == {
        "decoded/only": cell.stages["sft"],
        "problems": cell.stages["problems/test-id"],
    }


def test_a_cell_without_the_checkpoints_is_left_out(tmp_path: Path) -> None:
    file = micro_suite(tmp_path, plugins={}, top='decoders = [{ name = "rast", pair = "second" }]')
    text = file.read_text()
    own = text[text.index("[matrix]") : text.index("[defaults]")].replace("[matrix]", "[[matrix]]")
    other = own.replace('"tiny"', '{ name = "tiny", label = "second" }')
    other = other.replace("seeds = [0]", "seeds = [1]")
    file.write_text(
        text.replace("[matrix]", "[[matrix]]").replace("[defaults]", other + "[defaults]")
    )
    plan = plan_suite(load_suite(file))
    first, second = plan.cells
    assert first.undecoded == {
        "rast": "it reads a checkpoint of grpo · vanilla · second · letters · seed 0, which is no cell "
        "of the suite"
    }
    assert not second.undecoded


def test_models_of_another_kind_are_left_out(tmp_path: Path) -> None:
    file = micro_suite(
        tmp_path,
        plugins={"ngram.py": (EXAMPLES / "ngram.py").read_text()},
        models='"tiny", "ngram"',
        algorithms='"sft-longer", "count-on"',
        top='decoders = ["rast", { name = "rast", label = "mixed", pair = "ngram" }]',
    )
    plan = plan_suite(load_suite(file))
    tiny, ngram = (cell for cell in plan.cells if not cell.skip)
    reason = "decoders serve causal models, and ngram is of the kind n-gram"
    assert (tiny.undecoded, ngram.undecoded) == (
        {"mixed": reason},
        {"rast": reason, "mixed": reason},
    )
    assert "decoded/rast/test-id" in tiny.stages


def test_a_benchmark_that_runs_the_model_by_itself_is_left_out(tmp_path: Path) -> None:
    alone = LETTERS.replace("Letters", "Alone").replace('"letters"', '"alone"')
    alone = alone.replace(
        "    def grade", "    def evaluate(self, problems, subject): ...\n    def grade"
    )
    file = micro_suite(tmp_path, plugins={"alone.py": alone}, top='decoders = ["rast"]')
    plan = plan_suite(load_suite(file, ['defaults.evaluate.benchmarks=["alone"]']))
    (cell,) = plan.cells
    assert cell.undecoded == {"rast/alone": "alone runs the model by itself"}
    assert [role for role in cell.stages if role.startswith("decoded")] == ["decoded/rast/test-id"]
