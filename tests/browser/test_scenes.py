"""A scene on its pages: a picture with its sentence, in the colours of the theme, that nothing is pushed aside for."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.page_actions import go
from tests.browser.test_access import findings, too_wide
from tests.sweeps import swept

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("theme", "width"), swept([("light", 1440), ("dark", 390)], kept=[("dark", 390)]))
def test_a_picture_is_seen_in_one_theme_and_said_in_one_sentence(student_page, theme: str, width: int) -> None:
    page, _ = student_page(width=width, theme=theme)
    for path in ("/edge_guardian", "/edge_guardian/crisis"):
        go(page, path)
        scene = page.get_by_role("img", name="Five cities of vehicles")
        expect(scene).to_have_count(1)
        shown = scene.locator("img:visible")
        expect(shown).to_have_count(1)
        expect(shown).to_have_class(f"of-{theme}")
        assert shown.evaluate("image => image.complete && image.naturalWidth") == 360
        assert findings(page) == []
        assert too_wide(page) == []
    page.locator('[data-do="theme"]').click()
    expect(scene.locator("img:visible")).to_have_class(f"of-{'light' if theme == 'dark' else 'dark'}")
