"""The wheel in a fresh environment: it brings its plugins, and packages of new plugins work with it."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from bi_bench.plugins import KINDS
from bi_bench.testing.new import new
from bi_bench.testing.rules import singular

ROOT = Path(__file__).parents[2]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]


def wheels(folder: Path, *sources: Path) -> list[Path]:
    build = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder)]
    subprocess.run([*build, *map(str, sources)], check=True, capture_output=True)
    return sorted(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (found,) = wheels(tmp_path_factory.mktemp("wheel"), ROOT)
    return found


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment with the wheel."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder)
    python = folder / "bin" / "python"
    install(python, wheel)
    # The dependencies are borrowed from this environment: they are large, and not what is tested.
    (packages,) = folder.glob("lib/python*/site-packages")
    borrowed = [folder for folder in sys.path if Path(folder).name == "site-packages"]
    (packages / "dependencies.pth").write_text("\n".join(borrowed) + "\n")
    return python


def install(python: Path, *wheels: Path) -> None:
    command = [*PIP, "--python", str(python), "install", "--no-deps", "--no-index"]
    subprocess.run([*command, *map(str, wheels)], check=True, capture_output=True)


def test_the_wheel_has_every_file_of_the_packages(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "bi_bench/py.typed" in names
    for folder in ("bi_bench/report/site", "bi_bench/testing/templates"):
        wanted = {file.name for file in (ROOT / folder).rglob("*") if file.is_file()}
        packed = {name.rpartition("/")[2] for name in names if name.startswith(f"{folder}/")}
        assert {file for file in wanted if not file.endswith(".pyc")} == packed
    assert {f"bi_bench/report/site/assets/{name}" for name in ("core.js", "page.css")} <= {*names}
    assert "bi_bench_plugins/models/tiny/tiny-1/model.safetensors" in names


def test_a_fresh_environment_has_the_plugins_of_the_wheel(python: Path, tmp_path: Path) -> None:
    command = [str(python.with_name("bi-bench")), "plugins", "--json"]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    rows = {(row["kind"], row["name"]) for row in json.loads(result.stdout)}
    assert {("strategies", "bridge"), ("models", "tiny"), ("benchmarks", "igsm")} <= rows
    where = [
        str(python),
        "-c",
        "import bi_bench, bi_bench_plugins as p; print(bi_bench.__file__, p.__file__)",
    ]
    files = subprocess.run(where, capture_output=True, text=True, cwd=tmp_path, check=True).stdout
    assert files.count(str(python.parents[1])) == 2


@pytest.mark.slow
def test_a_new_package_of_every_kind_passes_its_own_tests_where_its_wheel_is_installed(
    python: Path, tmp_path: Path
) -> None:
    plugins = [
        new(singular(kind), f"own-{singular(kind)}", tmp_path, package=True)[0] for kind in KINDS
    ]
    folders = [plugin.parents[1] for plugin in plugins]
    built = wheels(tmp_path / "dist", *folders)
    assert len(built) == len(KINDS)
    install(python, *built)
    # Away from the sources, which the tests would otherwise import.
    for folder in folders:
        (test,) = folder.glob("tests/*.py")
        test.rename(tmp_path / test.name)
    command = [str(python), "-m", "pytest", "-q", "-rs", "-W", "error", "-p", "no:cacheprovider"]
    result = subprocess.run(
        [*command, "--rootdir", str(tmp_path), *map(str, tmp_path.glob("test_*.py"))],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "skipped" not in result.stdout
    listed = [str(python.with_name("bi-bench")), "plugins", "--json"]
    rows = json.loads(subprocess.run(listed, capture_output=True, text=True, check=True).stdout)
    origins = {row["name"]: row["from"] for row in rows if row["name"].startswith("own-")}
    assert origins == {
        f"own-{singular(kind)}": f"bi-bench-own-{singular(kind)} 0.1.0" for kind in KINDS
    }
