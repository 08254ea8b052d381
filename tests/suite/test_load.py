from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.suite import load_suite
from bi_bench.suite.schema import SFT
from bi_bench_plugins.strategies.bridge import BridgeParameters

ROOT = Path(__file__).parents[2]
SUITE = """
name = "mine"
[matrix]
benchmarks = [{ name = "igsm", tier = "embedded", ops = [2, 3] }]
models = [{ name = "hub", id = "some/model", revision = "abc" }]
strategies = ["vanilla", { name = "bridge", reflection = 0.2, label = "bridge-20" }]
algorithms = ["grpo"]
seeds = [0, 1]
[defaults.sft]
epochs = 2
"""


@pytest.fixture
def suite_file(tmp_path: Path) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(SUITE)
    return file


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def test_axes_labels_and_defaults(suite_file: Path) -> None:
    suite = load_suite(suite_file)
    assert [entry.label for entry in suite.axes.strategies] == ["vanilla", "bridge-20"]
    params = suite.axes.strategies[1].params
    assert isinstance(params, BridgeParameters)
    assert params.reflection == 0.2
    assert suite.defaults.sft.epochs == 2
    assert suite.reference == "vanilla"
    assert len(list(suite.cells())) == 4


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("[matrix]", "[matrx]", r'mine.toml: matrx: unknown key; did you mean "matrix"\?'),
        ("epochs", "epoch", r'defaults.sft.epoch: unknown key; did you mean "epochs"\?'),
        ("epochs = 2", 'epochs = "two"', r"defaults.sft.epochs: .*number.*'two'"),
        (
            '"vanilla"',
            '"vanila"',
            r'matrix.strategies\[0\]: .*"vanila" not found; did you mean "vanilla"\?',
        ),
        (
            "reflection = 0.2",
            "reflection = 1.2",
            r"strategies\[1\].reflection: .*less than or equal",
        ),
        ("reflection", "reflexion", r'reflexion: unknown key; did you mean "reflection"\?'),
        ('tier = "embedded"', 'tier = "embeded"', r"benchmarks\[0\].tier: .*did you mean"),
        ("seeds = [0, 1]", "seeds = [0, 0]", r"matrix.seeds: a seed is listed twice"),
        ("seeds = [0, 1]", "seeds = []", r"matrix.seeds: .*at least 1 item"),
        ('algorithms = ["grpo"]', "algorithms = [3]", r"algorithms\[0\]: write a plugin name"),
        ('["grpo"]', '["grpo", "grpo"]', r'algorithms\[1\]: "grpo" is listed twice; .*labels'),
        ('label = "bridge-20"', 'label = "vanilla"', r'"vanilla" is listed twice'),
        (', id = "some/model", revision = "abc"', "", r"models\[0\]: give either id .* or path"),
        ('name = "mine"', "", r"name: this key is missing"),
        ("[matrix]", "[matrix", r"not valid TOML"),
        ("[matrix]", "seed = " + "1" * 5000 + "\n[matrix]", r"not valid TOML: Exceeds the limit"),
        (
            "[matrix]",
            "seed = " + "[" * 100_000 + "\n[matrix]",
            r"not valid TOML: maximum recursion",
        ),
    ],
)
def test_errors_name_file_key_path_and_the_fix(
    suite_file: Path, before: str, after: str, message: str
) -> None:
    change(suite_file, before, after)
    with pytest.raises(UserError, match=message) as caught:
        load_suite(suite_file)
    assert "mine.toml" in str(caught.value)


def test_a_missing_file_gets_a_suggestion(suite_file: Path) -> None:
    with pytest.raises(UserError, match=r"mine2.toml: no such file; did you mean"):
        load_suite(suite_file.with_name("mine2.toml"))


def test_an_unreadable_file_is_a_user_error(tmp_path: Path) -> None:
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    with pytest.raises(UserError, match="cannot be read"):
        load_suite(folder)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match=r"binary.toml:1: not UTF-16"):
        load_suite(binary)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_suite_and_its_template_may_start_with_a_byte_order_mark(
    suite_file: Path, encoding: str
) -> None:
    template = "{{ messages[0].content }} é\r\n"
    suite_file.with_name("chat.jinja").write_bytes(template.encode(encoding))
    set_ = ["defaults.prompt.template=chat.jinja"]
    plain = load_suite(suite_file, set_)
    suite_file.write_bytes(suite_file.read_text().encode(encoding))
    assert load_suite(suite_file, set_) == plain
    assert plain.defaults.prompt.template == "{{ messages[0].content }} é\n"
    suite_file.with_name("chat.jinja").write_bytes(template.encode("latin-1"))
    with pytest.raises(UserError, match=r"prompt.template: .*chat.jinja:1: not UTF-8: byte 0xe9"):
        load_suite(suite_file, set_)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "defaults.sft.max_grad_norm=inf",
            r"defaults.sft.max_grad_norm: write a finite number .*inf",
        ),
        ("matrix.algorithms[0].learning_rate=nan", r"matrix.algorithms\[0\].learning_rate: .*nan"),
        (
            "defaults.evaluate.benchmarks=[{name='x', a={b=[1, -inf]}}]",
            r"benchmarks\[0\].a.b\[1\]: ",
        ),
        ("defaults.data.sft=99999999999999999999", r"defaults.data.sft: too large; .* 64 bits"),
        (
            "defaults.evaluate.benchmarks=[{name='x', day=2026-01-02}]",
            r"benchmarks\[0\].day: a date",
        ),
    ],
)
def test_values_that_no_content_key_can_hold_are_refused(
    suite_file: Path, override: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        load_suite(suite_file, [override])


def test_parameters_are_finite_wherever_they_come_from() -> None:
    with pytest.raises(ValueError, match="finite number"):
        SFT(max_grad_norm=float("inf"))


def test_overrides_reach_every_key_and_are_checked(suite_file: Path) -> None:
    suite = load_suite(
        suite_file,
        ["matrix.seeds=[5]", "matrix.strategies[0].label=plain", "defaults.data.test=7"],
    )
    assert suite.matrices[0].seeds == (5,)
    assert suite.axes.strategies[0].label == "plain"
    assert suite.defaults.data.test == 7
    for override, message in (
        ("matrix.sedes=[1]", "matrix.sedes: unknown key"),
        ("matrix.strategies[7].label=x", r"entry \[7\] does not exist"),
        ("seed", "write KEY=VALUE"),
        ("name.x=1", '"x" is not inside a table'),
    ):
        with pytest.raises(UserError, match=message):
            load_suite(suite_file, [override])


SECOND = """
[[matrix]]
strategies = [{ name = "bridge", reflection = 0.2, label = "bridge-20" }, "filler"]
seeds = [0]
"""


def two_matrices(file: Path) -> Path:
    change(file, "[matrix]", "[[matrix]]")
    change(file, "[defaults.sft]", SECOND + "[defaults.sft]")
    return file


def test_later_matrices_take_missing_axes_from_the_first(suite_file: Path) -> None:
    suite = load_suite(two_matrices(suite_file))
    cells = [(cell.strategy.label, cell.seed) for cell in suite.cells()]
    # bridge-20 with seed 0 is in both and is one cell.
    both = [("vanilla", 0), ("vanilla", 1), ("bridge-20", 0), ("bridge-20", 1)]
    assert cells == [*both, ("filler", 0)]
    assert {cell.benchmark.place for cell in suite.cells()} == {"matrix[0].benchmarks[0]"}
    assert [entry.label for entry in suite.axes.strategies] == ["vanilla", "bridge-20", "filler"]
    assert suite.reference == "vanilla"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"filler"', '"fillr"', r'matrix\[1\].strategies\[1\]: .*did you mean "filler"'),
        ("seeds = [0]", "sedes = [0]", r"matrix\[1\].sedes: unknown key"),
        (
            '0.2, label = "bridge-20" }, "filler"',
            '0.3, label = "bridge-20" }',
            r'matrix\[1\].strategies\[0\]: "bridge-20" is another entry at matrix\[0\]',
        ),
    ],
)
def test_errors_in_a_later_matrix_name_it(
    suite_file: Path, before: str, after: str, message: str
) -> None:
    change(two_matrices(suite_file), before, after)
    with pytest.raises(UserError, match=message):
        load_suite(suite_file)


def test_an_override_must_name_the_matrix(suite_file: Path) -> None:
    two_matrices(suite_file)
    assert load_suite(suite_file, ["matrix[1].seeds=[3]"]).matrices[1].seeds == (3,)
    with pytest.raises(UserError, match=r"this is a list; write \[0\]"):
        load_suite(suite_file, ["matrix.seeds=[3]"])


@pytest.mark.parametrize("value", ["[]", "3", "[1]"])
def test_a_matrix_is_a_table(suite_file: Path, value: str) -> None:
    with pytest.raises(UserError, match="matrix: "):
        load_suite(suite_file, [f"matrix={value}"])


def test_an_unknown_reference_arm_is_an_error(suite_file: Path) -> None:
    with pytest.raises(UserError, match=r"report\.reference: no strategy has the label"):
        load_suite(suite_file, ["report.reference=bridge"])


def test_a_local_plugin_file_must_exist(suite_file: Path) -> None:
    with pytest.raises(UserError, match=r'plugins: file "./none.py" not found'):
        load_suite(suite_file, ['plugins=["./none.py"]'])


@pytest.mark.parametrize("file", sorted((ROOT / "suites").glob("*.toml")), ids=lambda f: f.name)
def test_every_suite_in_the_repository_loads_and_opens_with_its_needs(file: Path) -> None:
    suite = load_suite(file)
    assert suite.name == file.stem
    head = file.read_text().split("\nname")[0]
    assert "Needs:" in head
    assert "Takes:" in head


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("defaults.sft.max_grad_norm=inf", r"defaults.sft.max_grad_norm: write a finite number"),
        ("defaults.sft.learning_rate=nan", r"defaults.sft.learning_rate: write a finite number"),
        ("report.published=[{gain=-inf}]", r"report.published\[0\].gain: write a finite number"),
        (f"name={'x' * 300}", "name: .* at most 100 characters"),
    ],
)
def test_infinite_numbers_and_long_names_are_refused(
    suite_file: Path, override: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        load_suite(suite_file, [override])
