from __future__ import annotations

import json
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_installs_into_a_fresh_environment_and_brings_its_plugins(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([*build, "-w", str(tmp_path), str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("bi_bench-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "bi_bench/py.typed" in names
    wanted = {file.name for file in (ROOT / "bi_bench/report/site").rglob("*") if file.is_file()}
    packed = {name.rpartition("/")[2] for name in names if name.startswith("bi_bench/report/site/")}
    assert {file for file in wanted if not file.endswith(".pyc")} == packed
    assert {"index.html", "core.js", "page.css"} <= packed
    assert "bi_bench_plugins/models/tiny/tiny-1/model.safetensors" in names

    venv.create(tmp_path / "fresh", with_pip=True)
    python = tmp_path / "fresh" / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--no-deps", "--no-index", "-q", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    # The dependencies are borrowed from this environment: they are large, and not what is tested.
    folder = subprocess.run(
        [str(python), "-c", "import site; print(site.getsitepackages()[0])"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    Path(folder, "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")

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
    assert files.count(str(tmp_path)) == 2
