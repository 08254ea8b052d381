from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

from bi_bench.api import Benchmark, LanguageModel, Strategy, UserError
from bi_bench.plugins import discover, files_of

GOOD = """
from bi_bench.api import Draft, Strategy, hookimpl

class Mine(Strategy):
    '''Mine.'''
    name = "NAME"
    def drafts(self, problem, plan, context):
        return [Draft(plan=plan)]

@hookimpl
def bi_bench_strategies():
    return [Mine]
"""


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text)
    return file


def fake_entry_points(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """Entry points of a distribution that is not installed, beside the real ones."""
    real = importlib.metadata.entry_points(group="bi_bench")
    extra = [importlib.metadata.EntryPoint(m, m, "bi_bench") for m in modules]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [*real, *extra])


def test_first_party_plugins_come_through_their_entry_point() -> None:
    registry = discover()
    assert {"vanilla", "bridge", "from-file", "sabotage"} <= set(registry.names(Strategy))
    assert registry.broken == []
    assert str(registry.get(LanguageModel, "tiny").origin).startswith("bi-bench ")


def test_a_broken_entry_point_is_a_row_and_the_rest_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "broken_plugin.py", "raise RuntimeError('out of order')")
    monkeypatch.syspath_prepend(tmp_path)
    fake_entry_points(monkeypatch, "broken_plugin")
    registry = discover()
    assert registry.get(Strategy, "vanilla")
    (broken,) = registry.broken
    assert "out of order" in broken.cause
    with pytest.raises(UserError, match=r'"broken" not found.*broken_plugin.*out of order'):
        registry.get(Strategy, "broken")


def test_a_misspelt_hook_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = GOOD.replace("def bi_bench_strategies", "def bi_bench_strategy")
    write(tmp_path, "misspelt_plugin.py", text)
    monkeypatch.syspath_prepend(tmp_path)
    fake_entry_points(monkeypatch, "misspelt_plugin")
    registry = discover()
    assert "bi_bench_strategy" in registry.broken[0].cause
    assert registry.get(Strategy, "vanilla")


def test_a_name_provided_twice_names_both(tmp_path: Path) -> None:
    file = write(tmp_path, "mine.py", GOOD.replace("NAME", "vanilla"))
    registry = discover([file])
    with pytest.raises(UserError, match=r"provided by bi-bench .* and .*mine\.py"):
        registry.get(Strategy, "vanilla")


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(UserError, match='"brigde" not found; did you mean "bridge"'):
        discover().get(Strategy, "brigde")


def test_a_local_file_is_found_and_identified_by_its_source(tmp_path: Path) -> None:
    file = write(tmp_path, "mine.py", GOOD.replace("NAME", "mine"))
    before = discover([file]).get(Strategy, "mine").identity()
    file.write_text(file.read_text() + "# changed\n")
    after = discover([file]).get(Strategy, "mine").identity()
    assert before["name"] == after["name"] == "mine"
    assert before["source"] != after["source"]


def test_data_files_are_in_the_identity_and_must_be_there(tmp_path: Path) -> None:
    text = GOOD.replace("NAME", "mine").replace(
        "    name =", '    data_files = ("words.txt",)\n    name ='
    )
    file = write(tmp_path, "mine.py", text)
    with pytest.raises(UserError, match=r'Mine\.data_files: "words.txt" not found in'):
        discover([file])
    words = write(tmp_path, "words.txt", "one")
    mine = discover([file]).get(Strategy, "mine")
    before = mine.identity()
    words.write_text("two")
    assert mine.identity() != before
    write(tmp_path, "mine.py", text.replace('("words.txt",)', '"words.txt"'))
    with pytest.raises(UserError, match=r"must be tuple\[str, ...\], not 'words.txt'"):
        discover([file])


def test_what_a_file_needs_is_known_wherever_it_is_named_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = GOOD.replace("NAME", "mine").replace(
        "    name =", '    data_files = ("words",)\n    name ='
    )
    write(tmp_path, "mine.py", "import near_of_needs\n" + text)
    write(tmp_path, "near_of_needs.py", "")
    (tmp_path / "words").mkdir()
    write(tmp_path / "words", "one.txt", "one")
    write(tmp_path, "other.py", "")
    monkeypatch.chdir(tmp_path)
    found = files_of(discover([Path("mine.py")]).get(Strategy, "mine"))
    assert found == [tmp_path / name for name in ("mine.py", "near_of_needs.py", "words/one.txt")]
    assert files_of(discover().get(Strategy, "vanilla")) == []


def test_declared_libraries_are_in_the_identity(tmp_path: Path) -> None:
    text = GOOD.replace("NAME", "mine").replace(
        "    name =", '    libraries = ("pluggy", "no-such")\n    name ='
    )
    found = discover([write(tmp_path, "mine.py", text)]).get(Strategy, "mine").identity()
    assert found["libraries"] == {
        "pluggy": importlib.metadata.version("pluggy"),
        "no-such": "absent",
    }


def test_two_plugin_files_with_neighbours_of_one_name_are_refused(tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, "helper_of_two.py", f"NAME = {name!r}")
        text = "import helper_of_two\n" + GOOD.replace('"NAME"', "helper_of_two.NAME")
        files.append(write(tmp_path / name, "mine.py", text))
    for file, name in zip(files, ("one", "two"), strict=True):  # one after the other is fine
        assert discover([file]).get(Strategy, name)
    with pytest.raises(UserError, match=r"helper_of_two, another plugin file .* rename one"):
        discover(files)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import nothing_of_that_name", "ModuleNotFoundError"),
        ("def oops(:", "SyntaxError"),
        (GOOD.replace("    name =", "    title ="), "has no name"),
        (GOOD.replace("return [Mine]", "return [Mine()]"), "must yield classes"),
        (GOOD.replace("def drafts", "def draft"), 'lacks drafts; did you write "draft"'),
        (
            GOOD.replace("def drafts", "per_problen = 2.0\n    def drafts"),
            'did you mean "per_problem"',
        ),
    ],
)
def test_an_unusable_file_says_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    file = write(tmp_path, "mine.py", text)
    with pytest.raises(UserError, match=message) as caught:
        discover([file])
    assert "mine.py" in str(caught.value)


def test_what_leaves_at_import_is_a_row_or_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves = write(tmp_path, "leaves.py", "import sys\nsys.exit(3)\n")
    monkeypatch.syspath_prepend(tmp_path)
    fake_entry_points(monkeypatch, "leaves")
    (row,) = discover().broken
    assert (row.name, row.cause) == ("leaves", "SystemExit: 3 (leaves.py:2)")
    hook = GOOD.replace("return [Mine]", "raise SystemExit")
    for file in (leaves, write(tmp_path, "hook.py", hook)):
        with pytest.raises(UserError, match=r"cannot be used: SystemExit: .* \(\w+.py:\d+\)"):
            discover([file])


def test_what_is_printed_at_import_is_no_output_of_a_verb(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    loud = 'print("one")\nimport os\nos.system("echo two")\nos.write(1, b"three")\n'
    discover([write(tmp_path, "loud.py", loud + GOOD)])
    print("four")
    out, err = capfd.readouterr()
    assert out == "four\n"
    assert all(word in err for word in ("one", "two", "three"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('needs = "graph"', r"Mine.needs must be frozenset\[str\], not 'graph'"),
        ('version = "one"', r"Mine.version must be int, not 'one'"),
    ],
)
def test_a_class_that_says_nonsense_is_refused(tmp_path: Path, line: str, message: str) -> None:
    text = GOOD.replace('name = "NAME"', f'name = "mine"\n    {line}')
    with pytest.raises(UserError, match=message):
        discover([write(tmp_path, "mine.py", text)])


def test_a_plugin_is_built_from_its_identity_and_what_no_key_holds(tmp_path: Path) -> None:
    file = write(tmp_path, "demos.jsonl", '{"prompt": "a", "completion": "b"}\n')
    registry = discover()
    identity = {**registry.get(Strategy, "from-file").identity(), "params": {}}
    built = registry.build(Strategy, identity, {"path": str(file)})
    assert getattr(built.params, "path", None) == str(file)
    with pytest.raises(UserError, match=r'"from-file" does not take these parameters: path: Field'):
        registry.build(Strategy, identity)


def test_another_version_of_a_plugin_is_built_only_where_that_is_wanted() -> None:
    registry = discover()
    identity = {
        "name": "igsm",
        "distribution": "bi-bench",
        "version": 99,
        "params": {"ops": [2, 3]},
    }
    with pytest.raises(
        UserError, match=r'"igsm" has changed .*99.* before, .* now\); export again'
    ):
        registry.build(Benchmark, identity, if_changed="export again")
    assert registry.build(Benchmark, identity, if_changed=None).name == "igsm"
