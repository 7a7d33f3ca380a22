"""The frame: the address, one place for the page, one for what is spoken, and a way past the header."""

from __future__ import annotations

import json

from dashboard.layouts.shell import shell
from dashboard.rendering.figures.style import DARK, LIGHT
from dashboard.web import ids
from tests.dashboard.layouts.drawn import every, having, props


def test_the_frame_is_the_same_for_every_visitor_and_holds_nothing_of_a_bench() -> None:  # N1 N13
    made = shell()
    named = having(made, "id")
    assert {ids.LOCATION, ids.PAGE, ids.ANNOUNCER, ids.SCREEN} <= named.keys()
    assert getattr(named[ids.PAGE], "children", None) is None
    assert props(named[ids.ANNOUNCER])["aria-live"] == "polite"
    first = next(part for part in every(made) if "href" in props(part))
    assert first.href == "#content", "the first stop of the Tab key leads past the header"


def test_a_browser_that_changes_its_theme_has_both_palettes_in_one_order() -> None:
    light, dark = json.loads(props(having(shell(), "id")[ids.SCREEN])["data-palettes"])
    assert (light, dark) == (dict(LIGHT), dict(DARK))
