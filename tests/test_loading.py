"""Plugins that fail while they are loaded: each is one message, and the others work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bi_bench import __version__, api, loading
from bi_bench.api import API, Strategy, UserError, deprecated
from bi_bench.engines.environment import worker_environment
from bi_bench.plugins import NO_PLUGINS, discover

GOOD = """
from bi_bench.api import Draft, Strategy, hookimpl

class Mine(Strategy):
    '''Mine.'''
    name = "mine"
    def drafts(self, problem, plan, context):
        return [Draft(plan=plan)]

@hookimpl
def bi_bench_strategies():
    return [Mine]
"""
RETURN, HOOK = "return [Mine]", "def bi_bench_strategies():"


def install(folder: Path, distribution: str, module: str, text: str) -> None:
    """An installed distribution with one entry point, in a folder of the search path."""
    (folder / f"{module}.py").write_text(text)
    info = folder / f"{distribution.replace('-', '_')}-1.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.5\n")
    (info / "entry_points.txt").write_text(f"[bi_bench]\nplugins = {module}\n")


def written(folder: Path, text: str) -> Path:
    file = folder / "mine.py"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("raise SystemExit(3)", "SystemExit: 3 (mine.py:1)"),
        ("class Own(BaseException): pass\nraise Own('left')", "Own: left (mine.py:2)"),
        ("def f(): f()\nf()", "RecursionError: maximum recursion depth exceeded (mine.py:1)"),
        ("x = (", "SyntaxError: '(' was never closed (mine.py, line 1)"),
        ("x = '\0'", "SyntaxError: source code string cannot contain null bytes"),
        ("import nothere.deep", "install the package that provides it, often: pip install nothere"),
        ("from bi_bench.api import Strategie", '(mine.py:1); did you mean "Strategy"'),
        ("from bi_bench.api import Zzz", f"; this is bi_bench {__version__} with version {API} of "),
        ("import bi_bench.nothere", f"with version {API} of the plugin API"),
        ("", "it has no hook, so it provides no plugin; write @hookimpl and one of bi_bench_strat"),
        (GOOD.replace("@hookimpl", ""), "bi_bench_strategies is no hook yet; write @hookimpl above it"),
        (
            GOOD.replace(HOOK, "def bi_bench_strategy():"),
            'unknown hook "bi_bench_strategy"; did you mean "bi_bench_strategies"?',
        ),
        (GOOD.replace(HOOK, "def bi_bench_strategies(config):"), "called without arguments; remove config"),
        (GOOD.replace(RETURN, "return None"), "list of classes derived from Strategy, like [Mine], not None"),
        (GOOD.replace(RETURN, "return Mine"), "like [Mine], not <class "),
        (GOOD.replace(RETURN, "return 'mine'"), "must yield classes derived from Strategy, not 'm'"),
        (GOOD.replace(RETURN, "return {'mine': Mine}"), "derived from Strategy, not 'mine'"),
        (GOOD.replace(RETURN, "return [Mine, Mine]"), "bi_bench_strategies returns Mine twice"),
        (GOOD.replace(RETURN, "\n    while True:\n        yield Mine"), "returns Mine twice"),
        (GOOD.replace(RETURN, "raise KeyError('late')"), "KeyError: 'late' (mine.py:12)"),
        (GOOD.replace("name =", "paper = 2505; name ="), "Mine.paper must be str, not 2505"),
        (f"requires_api = {API + 1}\n{GOOD}", f"{__version__} has {API}; pip install --upgrade bi-bench"),
        (f"requires_api: int = {API + 7}\nfrom bi_bench.api import Later", f"needs version {API + 7}"),
        ("requires_api = '2'", f"requires_api must be an integer written out, like requires_api = {API}"),
        ("requires_api = 0", "requires_api must be an integer written out"),
    ],
)  # fmt: skip
def test_each_is_one_line_with_place_and_mend(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        discover([written(tmp_path, text)])
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"plugin file {tmp_path / 'mine.py'} cannot be used: ")
    assert "\n" not in str(caught.value)


def test_an_api_that_is_there_is_no_error(tmp_path: Path) -> None:
    file = written(tmp_path, f"{GOOD}\nrequires_api = {API}\n")
    assert discover([file]).get(Strategy, "mine")


def test_what_never_ends_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LOAD_SECONDS", 0.2)
    endless = "import time\nwhile True: time.sleep(1)\n"
    for text in (endless, GOOD.replace(RETURN, "\n    while True: pass")):
        with pytest.raises(UserError, match=r"TimeoutError: not done after 0\.2 seconds"):
            discover([written(tmp_path, text)])


def test_a_slow_import_is_named_with_its_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(loading, "SLOW_SECONDS", 0.05)
    monkeypatch.setattr(loading, "HEAVY", ("this",))
    monkeypatch.delitem(sys.modules, "this", raising=False)
    slow = "import time\ntime.sleep(0.1)\n"
    discover([written(tmp_path, slow + GOOD)])
    lines = capsys.readouterr().err.splitlines()
    assert f"plugin {tmp_path / 'mine.py'} took 0.1 s to load; import heavy packages" in lines[-1]
    discover([written(tmp_path, slow + "import this\n" + GOOD)])
    assert "; it imports this: do that inside methods" in capsys.readouterr().err


def test_what_it_printed_is_named_with_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    loud = "import os\nprint('usage: mine')\nos.write(1, b'by number\\n')\n"
    discover([written(tmp_path, loud + GOOD)])
    out, err = capfd.readouterr()
    assert out == ""
    assert err.endswith(
        f"plugin {tmp_path / 'mine.py'} printed while it was loaded:\nusage: mine\nby number\n"
    )
    with pytest.raises(UserError, match=r"SystemExit: 2 .*; it printed: usage: mine"):
        discover([written(tmp_path, loud + "raise SystemExit(2)")])
    discover([written(tmp_path, "import sys\nsys.stdout.close()\n" + GOOD)])
    print("stdout is as it was")
    assert capfd.readouterr().out == "stdout is as it was\n"


def test_an_interrupt_passes_and_names_the_plugin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        discover([written(tmp_path, "raise KeyboardInterrupt")])
    assert f"interrupted while plugin {tmp_path / 'mine.py'}" in capsys.readouterr().err


def test_a_former_name_works_with_a_warning_in_the_file_that_imports_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deprecated, "RENAMED", {"Old": deprecated.Renamed("Strategy", "0.1")})
    old = GOOD.replace("Strategy", "Old")
    with pytest.warns(DeprecationWarning, match=r"bi_bench.api.Old is now Strategy") as shown:
        assert discover([written(tmp_path, old)]).get(Strategy, "mine")
    assert (shown[0].filename, shown[0].lineno) == (str(tmp_path / "mine.py"), 2)


def test_a_former_name_is_gone_after_one_minor_version() -> None:
    minor = __version__.rpartition(".")[0]
    for name, renamed in deprecated.RENAMED.items():
        assert hasattr(api, renamed.now)
        assert renamed.since == minor, f"delete {name} from RENAMED"


def test_two_distributions_may_use_one_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "first-mine", "first_mine", GOOD)
    install(tmp_path, "second-mine", "second_mine", GOOD)
    install(tmp_path, "third-mine", "first_mine", GOOD)
    monkeypatch.syspath_prepend(tmp_path)
    registry = discover()
    assert registry.get(Strategy, "vanilla")
    with pytest.raises(UserError, match=r"provided by first-mine 1\.5 and second-mine 1\.5; unin"):
        registry.get(Strategy, "mine")
    (again,) = registry.broken
    assert str(again.origin) == "third-mine 1.5"
    assert again.cause == (
        "it names the module that plugins (first-mine 1.5) has loaded; remove one of the two"
    )


def bi_bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bi_bench", *arguments],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )


def test_no_plugins_leaves_other_packages_alone_and_keeps_files(tmp_path: Path) -> None:
    install(tmp_path, "other-mine", "other_mine", "raise RuntimeError('out of order')")
    mine = str(written(tmp_path, GOOD))
    listed = bi_bench(tmp_path, "plugins", mine)
    assert "out of order" in listed.stdout
    assert "other-mine 1.5" in listed.stdout
    without = bi_bench(tmp_path, "--no-plugins", "plugins", mine)
    assert "other-mine" not in without.stdout
    assert {"mine", "vanilla"} <= set(without.stdout.split())
    missing = bi_bench(tmp_path, "--no-plugins", "sample", "igsm", "--strategy", "theirs")
    assert "--no-plugins leaves out other-mine 1.5" in missing.stderr
    assert worker_environment({NO_PLUGINS: "1"}, 1)[NO_PLUGINS] == "1"
