"""Arms may have any name: each is text, and each opens its own row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright import sync_api

from bi_bench.report.site.write import write_site
from tests.factories import results
from tests.report.conftest import Suite

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog

LABELS = (
    "__proto__",
    "constructor",
    "a b",
    "a-b",
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(2)>",
    "javascript:alert(3)",
    "{{7*7}}",
    "left\u202eright",
    "nul\x00byte",
    "#hash&a=b+c",
)


@pytest.mark.browser
def test_a_name_is_neither_code_nor_the_name_of_something_else(
    suite: Suite, browser: Browser, tmp_path: Path
) -> None:
    for label in LABELS:
        suite.arm(label, "1100", "1110")
    record = suite.record
    record["suite"]["description"] = "</script><script>alert(4)</script>"
    site = write_site(results(record, suite.store), tmp_path / "site", lambda stage: None)
    # Names that read alike in a file name, such as "a b" and "a-b", have details of their own.
    assert len(list((site.parent / "data" / "rows").iterdir())) == len(LABELS)
    page = browser.new_page()
    wrong: list[str] = []

    def refuse(dialog: Dialog) -> None:
        wrong.append(dialog.message)
        dialog.dismiss()

    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", refuse)
    page.goto(f"file://{site}")
    rows = page.locator("tbody button[aria-expanded]")
    assert rows.all_text_contents()[:8] == list(LABELS[:8])
    for number in range(len(LABELS)):
        rows.nth(number).click()
    sync_api.expect(page.locator("tbody button[aria-expanded=true]")).to_have_count(len(LABELS))
    page.reload()  # the address names every one of them
    page.locator("tbody button[aria-expanded=true]").nth(len(LABELS) - 1).wait_for()
    sync_api.expect(page.locator("tbody button[aria-expanded=true]")).to_have_count(len(LABELS))
    sync_api.expect(page.locator("img")).to_have_count(0)
    assert wrong == []
    page.close()
