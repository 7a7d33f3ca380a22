"""Take the README's pictures from the running program: docs/pictures/bench.png and bench_dark.png.

python tools/picture.py http://127.0.0.1:8050
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AT_REST = "!d.busy && !d.waiting && !d.isMoving && !d.isPreview"
PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"


def main(url: str) -> None:
    """Take one picture in the light theme and one in the dark."""
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        take(browser, url, "light", PICTURES / "bench.png")
        take(browser, url, "dark", PICTURES / "bench_dark.png")
        browser.close()


def take(browser: Browser, url: str, scheme: Literal["light", "dark"], target: Path) -> None:
    """Lock a prediction as a student would, read the reveal, record a try, move one slider, and take the screen."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page.set_default_timeout(120_000)  # ms, for a busy machine
    page.goto(f"{url}/edge_guardian/convergence")
    page.get_by_label("Your value").fill("2")
    page.locator(".predict-card .radios input").first.check()
    page.locator(".segmented").get_by_label("leaning").check(force=True)
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Lock this prediction").click()
    page.get_by_role("button", name="Open the instruments").click()
    page.wait_for_selector(".is-unlocked .scatterlayer")
    page.get_by_role("button", name="Record this try").click()
    page.wait_for_selector(".tries tbody tr")
    page.get_by_role("slider", name="Local steps").press("PageDown")
    page.mouse.move(720, 880)
    page.wait_for_timeout(500)  # until the slider counts as left alone
    page.wait_for_function(f"Object.values(window.edgelab.benchStates).every(d => {AT_REST})")
    page.wait_for_timeout(1000)  # for the figures to be drawn
    page.screenshot(path=target)
    page.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8050")
