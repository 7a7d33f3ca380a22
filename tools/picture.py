"""Take the README's picture from the running program: docs/pictures/bench.png.

python tools/picture.py http://127.0.0.1:8050
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

TARGET = Path(__file__).resolve().parents[1] / "docs" / "pictures" / "bench.png"


def main(url: str) -> None:
    """Lock a prediction as a student would, record a try, move one slider, and take the screen."""
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="light")
        page.goto(f"{url}/edge_guardian/convergence")
        page.get_by_label("Your value").fill("2")
        page.locator(".predict-card .radios input").first.check()
        page.locator(".segmented").get_by_label("leaning").check(force=True)
        page.get_by_role("button", name="Review").click()
        page.get_by_role("button", name="Lock this prediction").click()
        page.wait_for_selector(".is-open .scatterlayer")
        page.get_by_role("button", name="Record this try").click()
        page.wait_for_selector(".tries tbody tr")
        page.get_by_role("slider", name="Local steps").press("PageDown")
        page.mouse.move(720, 880)
        page.wait_for_timeout(1500)
        page.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8050")
