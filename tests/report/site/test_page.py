"""The site in a real browser: every test ends with no message, no dialog and no request but to files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from playwright import sync_api

from tests.conftest import present
from tests.report.site.conftest import Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

EXPECTED_ROWS = ["vanilla", "<b>bold</b>⟨U+202E⟩"]


def strategies(page: Page) -> list[str]:
    return page.locator("#rows > tbody:visible button.open").all_inner_texts()


def heading(page: Page, name: str) -> Locator:
    return page.locator("#rows thead th").filter(has_text=re.compile(rf"^{re.escape(name)}$"))


def open_row(page: Page, number: int = 0) -> Locator:
    page.locator("button.open").nth(number).click()
    panel = page.locator(".panel").nth(number)
    panel.locator("details.part").first.wait_for()
    return panel


def open_answers(page: Page, number: int = 0) -> Locator:
    panel = open_row(page, number)
    panel.get_by_text("Answers", exact=True).click()
    panel.locator(".shown .sides").wait_for()
    return panel


def show_problem(panel: Locator, number: int) -> Locator:
    panel.locator(".problems button").nth(number).click()
    panel.locator(f'.problems button[value="{number}"][aria-pressed="true"]').wait_for()
    return panel.locator(".shown")


def test_the_first_page_is_the_leaderboard_in_the_order_of_the_suite(page: Page, run: Run) -> None:
    assert strategies(page) == EXPECTED_ROWS
    assert page.title().startswith("quick")
    assert "</title><script>" in page.locator("header p").inner_text()
    sync_api.expect(page.locator("#rows tbody th .chip")).to_have_text("reference")
    assert "it <i>declined</i>" in page.locator("main").inner_text()
    sync_api.expect(page.locator("main i, main b, main img")).to_have_count(0)


def test_a_heading_sorts_and_turns_and_gives_the_order_back(page: Page) -> None:
    button = heading(page, "post").locator("button")
    orders = []
    for expected in ("descending", "ascending", None):
        button.click()
        assert heading(page, "post").get_attribute("aria-sort") == expected
        orders.append(strategies(page))
    assert orders[0] == EXPECTED_ROWS  # equal scores stay as they were
    heading(page, "strategy").locator("button").click()
    assert strategies(page) == EXPECTED_ROWS[::-1]
    assert "sort=" in page.url
    page.reload()
    assert strategies(page) == EXPECTED_ROWS[::-1]
    page.get_by_text("Order of the suite").click()
    assert strategies(page) == EXPECTED_ROWS


def test_rows_are_found_by_text_and_by_axis(page: Page) -> None:
    page.get_by_label("Search").fill("vanil")
    assert strategies(page) == ["vanilla"]
    sync_api.expect(page.locator("#count")).to_have_text("1 of 2 rows")
    page.reload()
    assert strategies(page) == ["vanilla"]
    page.get_by_label("Search").fill("")
    page.get_by_label("strategy").select_option(EXPECTED_ROWS[1])
    assert strategies(page) == EXPECTED_ROWS[1:]
    assert page.locator("#count").get_attribute("aria-live") == "polite"


def test_columns_come_and_go(page: Page) -> None:
    sync_api.expect(heading(page, "minutes")).not_to_be_visible()
    page.get_by_label("costs").check()
    sync_api.expect(heading(page, "minutes")).to_be_visible()
    page.reload()
    sync_api.expect(heading(page, "minutes")).to_be_visible()


def test_a_row_opens_to_charts_with_their_numbers(page: Page) -> None:
    panel = open_row(page)
    panel.locator(".plot svg.main-svg").first.wait_for()
    titles = panel.locator("figcaption strong").all_inner_texts()
    assert titles[:2] == ["Reward", "Difficulty"]
    panel.get_by_text("The numbers as a table").first.click()
    numbers = panel.locator("figure").first.locator("tbody tr")
    sync_api.expect(numbers.first.locator("td")).to_have_text(["seed 0", "1", "0.1"])
    assert "open=vanilla-" in page.url


def test_an_address_leads_back_to_an_open_row(page: Page) -> None:
    open_row(page, 1)
    page.reload()
    page.locator(".panel details.part").first.wait_for()
    sync_api.expect(page.locator("tbody.is-open")).to_have_count(1)
    assert page.locator("button.open").nth(1).get_attribute("aria-expanded") == "true"


def test_two_arms_are_compared_field_by_field(page: Page) -> None:
    panel = open_row(page, 1)
    panel.get_by_text("Compare with another arm").click()
    # Stages made by hand have no identity: nothing can differ.
    panel.get_by_text("Nothing differs").wait_for()


def test_an_answer_shows_its_steps_and_what_is_wrong_with_them(page: Page) -> None:
    shown = show_problem(open_answers(page), 0)
    before, after = shown.locator(".side").all()
    sync_api.expect(before.locator(".verdict strong").first).to_have_text("✗ wrong")
    sync_api.expect(after.locator(".verdict strong").first).to_have_text("✓ right")
    assert after.locator(".step").count() > 1
    sync_api.expect(after.locator(".step.faulty")).to_have_count(0)
    assert before.locator(".faults li").count() >= 1
    # Letters in front of steps say what the colours say.
    letters = after.locator(".step").first.evaluate("e => getComputedStyle(e, '::before').content")
    assert letters in ('"r"', '"c"')


def test_nothing_that_a_model_wrote_is_markup_or_code(page: Page) -> None:
    panel = open_answers(page)
    seen = {}
    for number in range(2, 10):
        shown = show_problem(panel, number)
        sync_api.expect(shown.locator("script, img, a, i, td")).to_have_count(0)
        seen[number] = shown.locator(".answer .text").first.inner_text()
        assert not re.search("[\x00\x1b\u2028\u202e]", seen[number])
    assert seen[2] == "<script>window.hacked = 1</script>"
    assert "␛[31mred␛[0m␀" in seen[4]
    assert seen[5].startswith("{{ 7 * 7 }}")
    assert seen[8] == "safe⟨U+202E⟩gnp.exe⟨U+2066⟩⟨U+2028⟩next"


def test_ten_million_characters_are_cut_and_counted(page: Page) -> None:
    shown = show_problem(open_answers(page), 1)
    left = shown.locator(".side").nth(1).locator(".left").first
    sync_api.expect(left).to_have_text("… 9,984,000 more characters are left out")


def test_problems_are_filtered_by_what_rft_did_to_them(page: Page) -> None:
    panel = open_answers(page)
    counts = {}
    for value in ("fixed", "broken", "right", "wrong", "truncated"):
        panel.get_by_label("Show").select_option(value)
        counts[value] = panel.locator("output").inner_text()
    assert counts == {
        "fixed": "2 of 10 problems",
        "broken": "3 of 10 problems",
        "right": "4 of 10 problems",
        "wrong": "6 of 10 problems",
        "truncated": "0 of 10 problems",
    }


def test_an_address_leads_back_to_a_problem(page: Page, run: Run) -> None:
    show_problem(open_answers(page), 3)
    page.reload()
    page.locator(".shown h4").wait_for()
    sync_api.expect(page.locator(".shown h4")).to_have_text(run.problems[3].id)


def test_all_of_it_works_from_the_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    sync_api.expect(page.locator(":focus")).to_have_text("To the leaderboard")
    page.locator("button.open").first.focus()
    page.keyboard.press("Enter")
    page.locator(".panel details.part").first.wait_for()
    page.keyboard.press("Enter")
    sync_api.expect(page.locator("tbody.is-open")).to_have_count(0)
    heading(page, "gain").locator("button").focus()
    page.keyboard.press("Space")
    assert heading(page, "gain").get_attribute("aria-sort") == "descending"
    width = page.locator(":focus").evaluate("e => getComputedStyle(e).outlineStyle")
    assert width == "solid"


def test_dark_is_chosen_by_the_system_and_by_the_reader(browser: Browser, site: Path) -> None:
    page = browser.new_context(color_scheme="dark").new_page()
    page.goto(site.as_uri())
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Light").click()
    assert page.evaluate(ground) != dark
    page.reload()
    assert page.evaluate(ground) != dark


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_colours(
    browser: Browser, site: Path, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_context(color_scheme=scheme).new_page()
    page.goto(site.as_uri())
    names = (
        "read",
        "compute",
        "attempt",
        "return",
        "restate",
        "subgoal",
        "ground",
        "raised",
        "sunk",
    )
    pairs = [("text", name) for name in names]
    pairs += [(text, "ground") for text in ("muted", "accent", "good", "bad")]
    for text, ground in pairs:
        assert contrast(page, text, ground) >= 4.5, (text, ground)


def contrast(page: Page, text: str, ground: str) -> float:
    """WCAG 2.2's contrast ratio of two colours of the page."""
    light = sorted(luminance(page, name) for name in (text, ground))
    return (light[1] + 0.05) / (light[0] + 0.05)


def luminance(page: Page, name: str) -> float:
    style = "getComputedStyle(document.documentElement)"
    value = str(page.evaluate(f"{style}.getPropertyValue('--{name}')")).strip().lstrip("#")
    parts = [int(value[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_narrow_window_scrolls_the_table_and_not_the_page(browser: Browser, site: Path) -> None:
    page = browser.new_context(viewport={"width": 400, "height": 800}).new_page()
    page.goto(site.as_uri())
    panel = open_answers(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    assert present(panel.bounding_box())["width"] <= 400


def test_printing_shows_open_rows_and_no_controls(page: Page) -> None:
    open_answers(page)
    page.emulate_media(media="print")
    sync_api.expect(page.locator(".panel").first).to_be_visible()
    sync_api.expect(page.locator(".shown .answer").first).to_be_visible()
    sync_api.expect(page.locator("#filters")).not_to_be_visible()
    sync_api.expect(page.locator(".panel").nth(1)).not_to_be_visible()


def test_readiness_is_held_against_gain(page: Page) -> None:
    page.locator("#readiness").scroll_into_view_if_needed()
    table = page.locator("#readiness table").first
    table.wait_for()
    names = table.locator("tbody td:first-child").all_inner_texts()
    # The hand-made probes are all alike, and so predict nothing.
    assert names == ["minus the pre score"]


def test_paper_shows_charts_that_no_reader_came_near(browser: Browser, site: Path) -> None:
    page = browser.new_context(viewport={"width": 1440, "height": 120}).new_page()
    page.goto(site.as_uri())
    page.locator("#costs figure").first.wait_for(state="attached")
    assert page.evaluate("window.Plotly === undefined")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    page.emulate_media(media="print")
    sync_api.expect(page.locator("#costs figure tbody tr").first).to_be_visible()
    sync_api.expect(page.locator("#costs figure .plot").first).not_to_be_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    place = open_row(page).locator(".plot").first
    place.scroll_into_view_if_needed()
    place.locator("svg.main-svg").first.wait_for()
    page.evaluate("scrollTo(0, 0); dispatchEvent(new Event('beforeprint'))")
    page.locator("#costs .plot svg.main-svg").first.wait_for(state="attached")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.wait_for_timeout(300)
    assert page.locator("#costs .plot svg.main-svg").count()


def test_dark_charts_are_printed_in_light_colours(browser: Browser, site: Path) -> None:
    page = browser.new_context(color_scheme="dark").new_page()
    page.goto(site.as_uri())
    text = open_row(page).locator(".plot text").first
    text.wait_for()
    colour = "e => getComputedStyle(e).fill"
    assert text.evaluate(colour) == "rgb(228, 231, 234)"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    sync_api.expect(text).to_have_css("fill", "rgb(28, 33, 38)")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("html").get_attribute("data-theme") == "dark"
