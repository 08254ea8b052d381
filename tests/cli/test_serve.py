"""``bi-bench serve`` as a process of its own, asked over HTTP and by a browser."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright import sync_api

from bi_bench.artifacts.run_record import RunRecord
from bi_bench.store import Store
from tests.factories import commit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]


def filled(root: Path, strategies: tuple[str, ...]) -> Store:
    """A store with one finished cell a strategy, made by hand; an arm that is there stays."""
    store = Store(root)
    cells = []
    for strategy in strategies:
        axes = {"benchmark": "sums", "model": "tiny", "algorithm": "grpo"}
        keys = {role: f"{role.replace('/', '-')}-{strategy}" for role in ROLES}
        cells.append({"axes": {**axes, "strategy": strategy, "seed": 0}, "stages": keys})
        for role, key in keys.items():
            if not store.has(key):
                with store.begin(key) as work:
                    if "/" in role:
                        (work.folder / "outcomes.json").write_text(json.dumps(OUTCOMES))
                    stage = {"kind": role, "label": key, "identity": {}, "parents": {}}
                    commit(work, stage, {"wall_seconds": 1.0})
    suite = {"name": "quick", "reference": "vanilla", "source": {}}
    record = {"schema": 1, "suite": suite, "cells": cells, "stages": []}
    store.write_run("quick-1", RunRecord.parse(record))
    return store


ROLES = ("sft", "rft", "pre/test-id", "post/test-id")
OUTCOMES = {
    "identity": {"problems": "d", "benchmark": {}, "settings": {}, "seed": 0},
    "problems": ["a", "b"],
    "clusters": [None, None],
    "answers": ["1", "2"],
    "greedy": [True, False],
    "sampled": [],
    "derivation": [None, None],
    "unparsed": 0.0,
    "truncated": 0.0,
    "tokens": 3.0,
}


def command(root: Path, *arguments: str) -> list[str]:
    start = [sys.executable, "-m", "bi_bench", "serve", "quick", "--store", str(root)]
    return [*start, *arguments]


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The port of the process; it must end cleanly on Ctrl-C."""
    filled(tmp_path, ("vanilla",))
    process = subprocess.Popen(
        command(tmp_path, "--port", "0"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
    assert found, process.communicate(timeout=10)
    yield int(found[1])
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, (out, err)
    assert "Traceback" not in err


def ask(port: int, path: str, method: str = "GET", host: str = "") -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host or f"127.0.0.1:{port}")
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_it_serves_its_folder_to_this_machine_and_nothing_else(port: int, tmp_path: Path) -> None:
    assert ask(port, "/")[0] == 200
    assert ask(port, "/", "HEAD") == (200, b"")
    assert ask(port, "/site.json", host=f"localhost:{port}")[0] == 200
    assert ask(port, "/", host="evil.example")[0] == 403
    assert ask(port, "/", host=f"evil.example:{port}")[0] == 403
    assert ask(port, "/", "POST")[0] == 501
    assert ask(port, "/", "PUT")[0] == 501
    assert ask(port, "/data/")[0] == 404
    assert ask(port, "/../run.json")[0] == 404
    assert ask(port, "/%2e%2e/run.json")[0] == 404
    site = tmp_path / "runs/quick-1/site"
    os.symlink(tmp_path / "runs/quick-1/run.json", site / "out.json")
    assert ask(port, "/out.json")[0] == 404
    with socket.socket() as other:
        hostname = socket.gethostbyname(socket.gethostname())
        other.settimeout(2)
        assert hostname.startswith("127.") or other.connect_ex((hostname, port)) != 0


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    filled(tmp_path, ("vanilla",))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        asked = command(tmp_path, "--port", port)
        result = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 2
    assert f"port {port}" in result.stderr
    assert "--port 0" in result.stderr


def test_report_writes_the_same_site_into_any_folder(tmp_path: Path) -> None:
    filled(tmp_path / "store", ("vanilla",))
    start = [sys.executable, "-m", "bi_bench", "report", "quick", "--store", tmp_path / "store"]
    asked = [*map(str, start), "--html", str(tmp_path / "site")]
    result = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert f"open {tmp_path / 'site' / 'index.html'}" in result.stdout
    assert (tmp_path / "site/assets/plotly.min.js").stat().st_size > 1e6
    assert len(list((tmp_path / "site/data/rows").glob("vanilla-*.js"))) == 1


@pytest.mark.browser
def test_the_page_follows_the_run_and_keeps_its_state(
    port: int, tmp_path: Path, browser: Browser
) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"http://127.0.0.1:{port}/")
    page.get_by_label("Search").fill("van")
    page.locator("button.open").first.click()
    page.locator(".panel details.part").first.wait_for()
    filled(tmp_path, ("vanilla", "bridge"))
    page.locator("#rows > tbody").nth(1).wait_for(state="attached", timeout=60_000)
    page.locator(".panel details.part").first.wait_for()
    sync_api.expect(page.locator("tbody.is-open button.open")).to_have_text("vanilla")
    assert page.get_by_label("Search").input_value() == "van"
    sync_api.expect(page.locator("#count")).to_have_text("1 of 2 rows")
    assert said == []
