"""What decides results is pinned: neither keys nor the source below them change by chance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.plan import golden, source_digests

RENEW = "python tests/plan/renew.py"


def test_reference_keys_are_pinned(tmp_path: Path) -> None:
    found = golden.found(tmp_path)
    assert found == json.loads(golden.KEYS.read_text()), (
        "the keys of stages changed, so no store is found again; if that is meant, say why in "
        f"CHANGELOG.md and renew them: {RENEW}"
    )


def complaint(pinned: dict[str, dict[str, str]], found: dict[str, dict[str, str]]) -> str:
    """What of the source is not as pinned, and what it decides; empty if all is."""
    before, now = pinned["digests"], found["digests"]
    changed = sorted(
        name for name in before.keys() | now.keys() if before.get(name) != now.get(name)
    )
    lines = [f"{name} decides {', '.join(found['units'].get(name, ()))}" for name in changed]
    versions = found["versions"].items() ^ pinned["versions"].items()
    lines += [f"{unit} has another version" for unit in sorted({unit for unit, _ in versions})]
    if not lines:
        return ""
    advice = (
        "raise the version (IMPLEMENTATION of the stage, or of the plugin) of whatever gives other "
        f"results now, or renew the list if nothing does; after a raised version, too: {RENEW}"
    )
    return "\n".join([*lines, advice])


def test_source_changes_require_renewed_digests() -> None:
    found = source_digests.found()
    message = complaint(json.loads(source_digests.LIST.read_text()), found)
    assert not message, message


def test_every_stage_kind_and_plugin_has_source_digests() -> None:
    found = source_digests.found()
    units = {unit for units in found["units"].values() for unit in units}
    assert units == found["versions"].keys()
    assert {"stage sft", "stage evaluate"} <= set(found["units"]["bi_bench.training.checkpoint"])
    assert "benchmarks gsm8k" in found["units"]["bi_bench_plugins.benchmarks.word_problems.answers"]
    assert "stage sft" not in found["units"]["bi_bench.training.trl.grpo"]


def test_a_changed_file_is_named_with_the_results_it_affects() -> None:
    found = source_digests.found()
    name = "bi_bench_plugins.strategies.bridge"
    pinned = {**found, "digests": {**found["digests"], name: "0"}}
    assert complaint(found, found) == ""
    assert f"{name} decides strategies bridge, " in complaint(pinned, found)
    raised = {**found, "versions": {**found["versions"], "strategies bridge": 99}}
    assert "strategies bridge has another version" in complaint(raised, found)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ('"""Other words."""\n\n\ndef f(x):  # why\n    """Others."""\n    return (x + 1)\n', True),
        ("def f(x):\n    return x + 2\n", False),
        ("def f(x):\n    return x + 1.0\n", False),
        ("def f(x=None):\n    return x + 1\n", False),
    ],
)
def test_comments_docstrings_and_layout_do_not_change_digests(
    tmp_path: Path, text: str, same: bool
) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("def f(x):\n    return x + 1\n")
    two.write_text(text)
    assert (source_digests._digest(one) == source_digests._digest(two)) is same
