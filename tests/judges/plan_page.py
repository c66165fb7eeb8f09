"""A plan's page in a real browser: search, filters, sorting, keys, print.

    plan_page.py CHROMIUM SMALL.html BIG.html CHANGES

Says what it measured, and ends with an error if anything is not as it should be.
"""

import sys
import time

from playwright.sync_api import sync_playwright

chromium, small, big, changes = sys.argv[1:5]
changes = int(changes)


def check(condition, what):
    if not condition:
        sys.exit(f"not as it should be: {what}")


def opened(browser, path, scheme="light"):
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.outside, page.errors = [], []
    page.on("request", lambda r: r.url.startswith("file:") or page.outside.append(r.url))
    page.on("pageerror", lambda e: page.errors.append(str(e)))
    page.on("console", lambda m: m.type == "error" and page.errors.append(m.text))
    page.on("dialog", lambda d: sys.exit(f"a text became a script: {d.message}"))
    begun = time.monotonic()
    page.goto("file://" + path, wait_until="commit")
    page.locator("#rows .row").first.wait_for()
    page.first_row = time.monotonic() - begun
    page.locator("body[data-ready]").wait_for()
    return page


def names(page):
    return page.locator("#rows .row [aria-colindex='2']").all_inner_texts()


def waits(page, text):
    page.locator("#count", has_text=text).wait_for(timeout=5000)


def try_small(browser):
    for scheme in ["light", "dark"]:
        page = opened(browser, small, scheme)
        colours = page.evaluate(
            "() => { const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]; }"
        )
        check(colours[0] != colours[1], f"{scheme}: {colours}")
        check(not page.errors and not page.outside, f"{page.errors} {page.outside}")
    # A text that wants to be markup is text.
    check(page.locator("main script, main img, main b").count() == 0, "markup in the page")
    check("<script>alert(1)</script>" in page.inner_text("main"), "the hostile name is shown")
    # Keys alone: to the search, into the list, to a person, and back.
    page.keyboard.press("/")
    check(page.evaluate("document.activeElement.id") == "q", "/ goes to the search")
    page.keyboard.type("anna")
    waits(page, "1 of")
    check(names(page) == ["anna"], names(page))
    page.keyboard.press("ArrowDown")
    check(page.evaluate("document.activeElement.className") == "row", "down goes into the list")
    page.keyboard.press("Enter")
    check("anna" in page.inner_text("#detail h3"), "Enter shows the person")
    check("a@new.example" in page.inner_text("#detail"), "with all values")
    page.keyboard.press("Escape")
    check(page.evaluate("document.activeElement.className") == "row", "Escape goes back")
    page.click("#filter button[type=reset]")
    waits(page, "rows")
    page.select_option("#kind", "block")
    waits(page, "1 of")
    check(names(page) == ["bo"], names(page))
    page.select_option("#kind", "")
    page.select_option("#held", "held back")
    waits(page, "1 of")
    check(names(page) == ["kim"], names(page))
    page.select_option("#held", "")
    # What does not need the script is there without it.
    context = browser.new_context(java_script_enabled=False)
    still = context.new_page()
    still.goto("file://" + small)
    check("What happens" in still.inner_text("main"), "patterns without a script")
    check("needs JavaScript" in still.inner_text("main"), "says what is missing")


def try_big(browser):
    page = opened(browser, big)
    check(page.first_row < 5, f"first row after {page.first_row:.2f} s")
    print(f"{changes} changes: first row after {page.first_row:.2f} s")
    waits(page, f"{changes:,} rows")
    drawn = page.locator("#rows .row").count()
    check(drawn < 60, f"{drawn} rows drawn")
    begun = time.monotonic()
    last = f"person.{changes - 1:06}"
    page.fill("#q", last)
    waits(page, "1 of")
    print(f"found one of them after {time.monotonic() - begun:.2f} s")
    check(names(page) == [last], names(page))
    page.fill("#q", "")
    waits(page, f"{changes:,} rows")
    begun = time.monotonic()
    for _ in range(2):
        page.click("[data-sort=name]")
    print(f"sorted twice in {time.monotonic() - begun:.2f} s")
    check(names(page)[0] == last, names(page)[0])
    check(page.locator("[aria-sort=descending]").count() == 1, "the order is told")
    page.locator("#rows .row").first.click()
    page.keyboard.press("End")
    check(names(page)[-1] == "person.000000", names(page)[-1])
    box = page.locator("#rows .row").last.bounding_box()
    view = page.locator("#view").bounding_box()
    check(box["y"] + box["height"] <= view["y"] + view["height"] + 1, "the last row is seen")
    page.locator("button.alike").first.click()
    check(page.input_value("#field") != "", "a pattern shows people like these")
    check(not page.errors and not page.outside, f"{page.errors} {page.outside}")


with sync_playwright() as playwright:
    # Tests run as root in containers, where the sandbox cannot.
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    try_small(browser)
    try_big(browser)
    browser.close()
