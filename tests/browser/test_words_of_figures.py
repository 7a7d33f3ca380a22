"""The words of figures as Chromium lays them out: apart, whole, and where the measure without a browser has them."""

from __future__ import annotations

import json
import re
from itertools import combinations, islice

import pytest
from playwright.sync_api import Page
from plotly.io.json import to_json_plotly

from tests.browser.bench_scripts import LAB, bench_of
from tests.browser.page_actions import go, until
from tests.figures.flaws import grown, meet
from tests.figures.font import widths
from tests.figures.geometry import ASCENT, DEEP, DESCENT, TALL, Box, measured
from tests.figures.states import seen
from tests.sweeps import swept

pytestmark = pytest.mark.browser

NEAR = 2  # px by which the two ways of measuring may differ
KERNED = 0.005  # of their length by which letters that are drawn closer together shorten words
FOREIGN = 2.5  # px more for each letter that the lab's font lacks, such as a raised minus: another font draws it
EVERY = 11  # figures from one that is drawn to the next; 2, 3 or 7 would leave some sizes and panels out
BENCHES = [f"{track.id}/{bench.id}" for track in LAB.tracks.values() for bench in LAB.benches(track.id)]
DRAW = """async ([drawn, width, height]) => {
  await Promise.all(["14px", "bold 14px"].map(font => document.fonts.load(`${font} 'Source Sans 3 Variable'`)));
  const place = document.getElementById("drawn-alone") ?? document.createElement("div");
  place.id = "drawn-alone";
  document.body.append(place);
  Object.assign(place.style, { position: "absolute", left: 0, top: 0, width: `${width}px`, height: `${height}px` });
  const { data, layout } = JSON.parse(drawn);
  await Plotly.newPlot(place, data, { ...layout, width, height }, { staticPlot: true });
  const whole = place.getBoundingClientRect();
  const box = node => {
    const { left, top, right, bottom } = node.getBoundingClientRect();
    return [left - whole.left, top - whole.top, right - whole.left, bottom - whole.top];
  };
  return {
    texts: [...place.querySelectorAll("text")].filter(text => text.getBoundingClientRect().width)
      .map(text => [text.textContent, parseFloat(getComputedStyle(text).fontSize), box(text)]),
    shapes: [...place.querySelectorAll(".shapelayer path")].map(box),
  };
}"""


def bare(text: str) -> str:
    """The letters of a text alone: without tags, and without the spaces between its lines."""
    return re.sub(r"<[^>]*>|\s|&lt;", "", text)


def letters(box: Box, size: float) -> Box:
    """The part of a text's box between the top of a d and the foot of a g."""
    left, top, right, bottom = box
    return left, top + round(ASCENT * size) - TALL * size, right, bottom - round(DESCENT * size) + DEEP * size


def wrong(page: Page, figure: dict, width: float, height: float) -> list[str]:
    """What is wrong with the words of a figure in a place of some size [px]."""
    drawn = page.evaluate(DRAW, [to_json_plotly(figure), width, height])
    found: list[str] = []
    standing = [(words, letters(tuple(box), size)) for words, size, box in drawn["texts"]]
    for (one, box), (other, its) in combinations(standing, 2):
        if meet(grown(box, -0.25), its):
            found.append(f"{one!r} lies on {other!r}")
    for words, (left, top, right, bottom) in standing:
        if left < -1 or top < -1 or right > width + 1 or bottom > height + 1:
            found.append(f"{words!r} leaves the figure")
    expected = measured(figure, width, height).texts
    if len(expected) != len(standing):
        found.append(f"{len(expected)} texts are measured, {len(standing)} drawn")
    for text in expected:
        same = [tuple(box) for words, _, box in drawn["texts"] if bare(words) == bare(text.words)]
        near = (
            NEAR
            + KERNED * (text.box[2] - text.box[0])
            + FOREIGN * sum(letter not in widths(400) for letter in bare(text.words))
        )
        if not any(all(abs(a - b) <= near for a, b in zip(box, text.box, strict=True)) for box in same):
            found.append(f"{text.words!r} is measured at {text.box}, and drawn at {same}")
        if text.disc and not any(all(abs(a - b) <= NEAR for a, b in zip(box, text.letters, strict=True))
                                 for box in drawn["shapes"]):  # fmt: skip
            found.append(f"no circle is drawn around {text.words!r}")
    return found


@pytest.mark.parametrize("key", swept(BENCHES, kept=["mobile_nomad/memory"]))
def test_words_stand_where_they_are_measured_and_nowhere_on_each_other(student_page, key: str) -> None:
    """L21: of 20 states of a bench, every so many figures on seven sizes of pages, with tempting locks, reveals, tries.

    Themes change from bench to bench: they differ in colours, and no colour moves a word.
    """
    page, _ = student_page()
    dark = BENCHES.index(key) % 2 == 1
    go(page, "/edge_guardian/paradox")
    until(page, "window.Plotly && document.querySelector('.js-plotly-plot')")
    page.evaluate("() => { document.body.replaceChildren(); }")
    shown = islice(seen(LAB.track(key.split("/")[0]), bench_of(key), 20, dark=dark), 0, None, EVERY)
    problems = [(where, at, *found) for where, figure, at, *size in shown if (found := wrong(page, figure, *size))]
    assert not problems, json.dumps(problems[:12], indent=1)
