"""The figures of benches in the file that is handed in: the page's own, as SVG that anybody can open and print."""

from __future__ import annotations

import html
import math
import re
from xml.etree import ElementTree

import pytest

from dashboard.rendering.bench_view import render_reveal
from dashboard.rendering.figures.style import style_figure
from dashboard.rendering.figures.text import _TAG
from dashboard.rendering.handin.bench_figures import LOCK, PRINTED, bench_figures
from dashboard.rendering.handin.figure_svg import HEIGHT, WIDTH, figure_svg
from dashboard.student.analytics.locks import standing_locks
from dashboard.student.mission import steps_of
from dashboard.student.reveal import reveal
from tests.dashboard.student.analytics.conftest import Deed, Deeds, chain

SVG = "{http://www.w3.org/2000/svg}"
TRACKS = ("cloud_titan", "tiny_pioneer")  # bars that the frame cuts, areas, a picture; a map of nodes


@pytest.fixture(scope="module")
def deeds(registry) -> Deeds:
    return Deeds(registry)


def solved(track, bench, values):
    return bench.run(track, values)


def places(track: str, registry) -> list[tuple[str, str]]:
    """Every bench of a track, in the order of its stepper."""
    return [(track, step.id) for step in steps_of(registry, registry.track(track))]


def made(deeds: Deeds, place: tuple[str, str]) -> list[Deed]:
    return [*deeds.locks(*place), deeds.tried(*place, 1)]


def texts_of(drawn: ElementTree.Element) -> list[str]:
    """What each text of a drawing says; its lines are joined."""
    return ["".join(text.itertext()) for text in drawn.iter(f"{SVG}text")]


@pytest.mark.parametrize("track", TRACKS)
def test_every_bench_is_drawn_with_every_word_of_its_figure_and_nothing_outside(registry, deeds, track) -> None:
    every = places(track, registry)
    found = bench_figures(registry, chain(deed for place in every for deed in made(deeds, place)), solved)
    assert list(found) == every
    ids: list[str] = []
    for place, figures in found.items():
        track_, bench = registry.track(place[0]), registry.bench(*place)
        assert figures.locks or not bench.predictions, place
        assert figures.tried is not None
        for figure in (*figures.locks, figures.tried):
            drawn = ElementTree.fromstring(figure.drawing)
            ids += [item.attrib["id"] for item in drawn.iter() if "id" in item.attrib]
            assert drawn.attrib["role"] == "img"
            assert figure.question in drawn.attrib["aria-label"]
            assert not re.search(r"[\" ]-?(nan|inf)", figure.drawing), place
            for mark in drawn.findall(f"{SVG}circle"):
                x, y = float(mark.attrib["cx"]), float(mark.attrib["cy"])
                assert 0 <= x <= WIDTH, place
                assert 0 <= y <= HEIGHT, place
            assert figure.table.rows
        panel = bench.panels[0]
        drawing = bench.run(track_, bench.defaults()).panels[panel.id]
        page = style_figure(drawing.figure(), panel, screen=PRINTED, revision="x", place="print")
        said = texts_of(ElementTree.fromstring(figures.tried.drawing))
        for note in page["layout"]["annotations"]:
            assert html.unescape(_TAG.sub("", note["text"])) in said, place
    assert len(ids) == len(set(ids)), "two figures of one page share an id"


def test_the_lock_and_the_computed_value_stand_where_the_axes_say(registry, deeds) -> None:
    place = ("cloud_titan", "paradox")
    track, bench = registry.track(place[0]), registry.bench(*place)
    (asked,) = bench.predictions
    events = chain(deeds.locks(*place, **{asked.id: "0.002"}))
    (figure,) = bench_figures(registry, events, solved)[place].locks
    (item,) = reveal(track, bench, standing_locks(events))
    shown = render_reveal(track, bench, item, PRINTED, place="print")
    margin = shown.figure["layout"]["margin"]
    drawn = ElementTree.fromstring(figure.drawing)
    for value, tag, is_there in (
        (0.002, "polygon", lambda mark: tuple(map(float, mark.attrib["points"].split()[0].split(",")))),
        (float(item.truth.value), "circle", lambda mark: (float(mark.attrib["cx"]), float(mark.attrib["cy"]))),
    ):
        x, y = asked.marks(track, value)[shown.panel.id]
        across = (math.log(x / shown.panel.x.low)) / math.log(shown.panel.x.high / shown.panel.x.low)
        up = (math.log(y / shown.panel.y.low)) / math.log(shown.panel.y.high / shown.panel.y.low)
        left = margin["l"] + across * (WIDTH - margin["l"] - margin["r"])
        top = HEIGHT - margin["b"] - up * (HEIGHT - margin["t"] - margin["b"])
        near = [is_there(mark) for mark in drawn.findall(f"{SVG}{tag}")]
        assert any(math.hypot(x - left, y - top) < 7 for x, y in near), (value, left, top, near)
    said = texts_of(drawn)
    assert any(text.startswith("your lock: ") for text in said)
    assert any(text.startswith("computed: ") for text in said)
    assert item.gap.sentence in drawn.attrib["aria-label"]
    assert figure.sentence.endswith(LOCK)


def test_nothing_is_drawn_of_a_bench_before_all_its_questions_are_locked(registry, deeds) -> None:
    place = ("edge_guardian", "downlink")
    first, *others = deeds.locks(*place)
    assert others
    assert bench_figures(registry, chain([first]), solved)[place].locks == ()
    assert bench_figures(registry, chain([first, *others]), solved)[place].locks


def test_what_cannot_be_drawn_any_more_is_left_out_and_the_others_stay(registry, deeds) -> None:
    place, other = ("edge_guardian", "memory"), ("edge_guardian", "paradox")
    tried = deeds.tried(*place, 1)
    gone = Deed(*place, "try", {**tried.payload, "values": dict.fromkeys(tried.payload["values"], "gone")})
    unknown = Deed("gone", "gone", "try", tried.payload)
    events = chain([*deeds.locks(*place), gone, unknown, *made(deeds, other)])
    found = bench_figures(registry, events, solved)
    assert (found[place].tried, len(found[place].locks)) == (None, 1)
    assert found[other].tried is not None
    assert ("gone", "gone") not in found


def test_a_text_that_holds_markup_is_shown_and_bold_and_raised_parts_are_drawn_so() -> None:
    note = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper", "font": {"size": 14, "color": "#000"}}
    hidden = {"visible": False}
    margin = {"l": 8, "r": 8, "t": 8, "b": 8}
    texts = ("<b>4</b> &lt;a href='x'>here&lt;/a>", "10<sup>−5</sup> a day<br>twice")
    notes = [{**note, "text": text} for text in texts]
    layout = {"margin": margin, "xaxis": hidden, "yaxis": hidden, "shapes": [], "annotations": notes}
    drawn = figure_svg({"data": [], "layout": layout}, name="a", title='<b> & "')
    said = texts_of(ElementTree.fromstring(drawn))
    assert said == ["4 <a href='x'>here</a>", "10−5 a daytwice"]
    assert re.search(r'font-weight:600;">4<', drawn)
    assert re.search(r'font-size:75%;" dy="-0.3em">−5<', drawn)
    assert re.search(r'dy="0.3em"> a day<', drawn)
