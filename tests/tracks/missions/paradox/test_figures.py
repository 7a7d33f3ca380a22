"""The paradox's two figures: they show the numbers of the cards, and nothing before the lock."""

import math
import re

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.rendering.figures.style import Mark, Screen, empty, style_figure


def trace(figure, name):
    """Return one trace of a figure by its name."""
    (found,) = [item for item in figure["data"] if item["name"] == name]
    return found


def panel(one, panel_id):
    """Return a panel by its id."""
    return next(item for item in one.bench.panels if item.id == panel_id)


def summary(one, panel_id, spelled, **values):
    """Return a panel's sentence with plain spaces."""
    return spelled(one.run(**values).panels[panel_id].summary)


# L9: card, point, curve and table row show one number
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_card_is_point_is_table_row_is_a_place_on_the_curve(any_state, data):
    one, state = data.draw(any_state)
    outcome = one.run(**state)
    central = state["context"] == "centralised"
    cards = {
        "traffic": (state["participation"], outcome.reading("day_centralised" if central else "day_federated").value),
        "compression": (state["compression"], outcome.reading("ratio").value),
    }
    columns = {"traffic": 3 if central else 2, "compression": 3 if state["direction"] == "both" else 2}
    curves = {
        "traffic": "centralised" if central else "federated",
        "compression": "both ways" if state["direction"] == "both" else "upload only",
    }
    for name, card in cards.items():
        drawing, place = outcome.panels[name], panel(one, name)
        assert drawing.point == card
        (row,) = [row for row in drawing.table().rows if row[0].startswith("your setting")]
        assert (row[1], row[columns[name]]) == card
        figure = drawing.figure()
        you = [t for t in figure["data"] if t["meta"] == "you"]
        assert len(you) == 1
        assert (you[0]["x"][0], you[0]["y"][0]) == pytest.approx((card[0], place.y.place(card[1])), rel=1e-5)
        line = trace(figure, curves[name])
        on_curve = np.interp(math.log(card[0]), np.log(line["x"]), np.log(line["y"]))
        assert math.exp(on_curve) == pytest.approx(card[1], rel=1e-4)


def test_both_regimes_are_drawn_with_their_names_at_the_line_ends(paradox):
    figure = paradox.run().panels["traffic"].figure()
    ends = {re.sub("<[^>]+>", "", n["text"]) for n in figure["layout"]["annotations"] if n.get("place") == "end"}
    assert ends == {"Federated", "Centralised"}
    federated, centralised = trace(figure, "federated"), trace(figure, "centralised")
    assert federated["y"][-1] / federated["y"][0] == pytest.approx(100, rel=1e-4)  # proportional to the share
    assert set(centralised["y"]) == {centralised["y"][0]}  # whatever the share


def test_upload_line_flattens_and_the_other_falls_with_the_compression(paradox):
    figure = paradox.run().panels["compression"].figure()
    upload, both = trace(figure, "upload only"), trace(figure, "both ways")
    assert upload["y"][0] == both["y"][0]
    assert upload["y"][0] / upload["y"][-1] == pytest.approx(2 / 1.01, rel=1e-3)
    assert both["y"][0] / both["y"][-1] == pytest.approx(100, rel=1e-3)


def test_cap_line_is_where_the_share_of_the_cap_is_one(paradox):
    outcome = paradox.run()
    (cap,) = outcome.panels["traffic"].figure()["layout"]["shapes"]
    share = outcome.reading("cap_share").value
    assert outcome.reading("day_federated").value / cap["value"] == pytest.approx(share)


# L2
def test_context_decides_who_stands_filled_on_top_and_who_is_the_alternative(paradox):
    for context, other in (("federated", "centralised"), ("centralised", "federated")):
        figure = paradox.run(context=context).panels["traffic"].figure()
        assert trace(figure, f"{context}, here")["meta"] == "you"
        assert trace(figure, f"{other}, here")["meta"] == "other"
        names = [item["name"] for item in figure["data"]]
        assert names.index(other) < names.index(context)


# --- axes ------------------------------------------------------------------------------------------------------------


def test_axes_hold_every_decision_end_to_end_and_every_preset(paradox):
    states = [paradox.state(), *[paradox.preset(item.id) for item in paradox.bench.presets]]
    for control in paradox.bench.controls:
        if control.role == "decision":
            states += [paradox.state(**{control.id: value}) for value in control.positions(5)]
    for state in states:
        for context in ("federated", "centralised"):
            outcome = paradox.run(**{**state, "context": context})
            for place in paradox.bench.panels:
                x, y = outcome.panels[place.id].point
                assert place.x.shows(x), (place.id, state)
                assert place.y.shows(y), (place.id, state)


def test_axes_are_whole_decades_and_never_move(paradox):
    for place in paradox.bench.panels:
        assert all(math.log10(end) == pytest.approx(round(math.log10(end))) for end in (place.y.low, place.y.high))
    assert paradox.bench.panels[1].y.shows(1)


def test_point_off_the_axis_is_clipped_and_the_sentence_still_says_the_number(on, spelled):
    one = on("tiny_pioneer")
    values = {"participation": 0.1, "rounds_per_day": 100, "moved_bytes": 1e12}
    outcome = one.run(**values)
    ratio = outcome.reading("ratio").value
    top = panel(one, "compression").y.high
    assert ratio == pytest.approx(21_701, rel=1e-4)
    far = one.run(**{**values, "raw_bytes": 100})
    assert far.panels["compression"].point[1] > top
    (you,) = [t for t in far.panels["compression"].figure()["data"] if t["meta"] == "you"]
    assert you["y"][0] == top
    assert "2 × 10¹¹×" in spelled(far.panels["compression"].summary)


# --- sentences -------------------------------------------------------------------------------------------------------


def test_sentences_at_the_default(on, spelled):
    assert summary(on("cloud_titan"), "traffic", spelled) == (
        "No: 26.2 TB with 10 000 devices a round, 524× the 50 GB of centralising."
    )
    assert summary(on("mobile_nomad"), "traffic", spelled, context="centralised") == (
        "Yes: the raw data take 576 TB a day; federating instead 36.9 TB, 0.0641× as much."
    )
    assert (
        summary(on("edge_guardian"), "compression", spelled)
        == "Yes: 2.56 × 10⁻⁶× at compression 1×, so none is needed."
    )


def test_second_sentence_says_what_break_even_takes(on, spelled):
    titan = on("cloud_titan")
    assert summary(titan, "compression", spelled) == "No: 524× at 1× up; the download alone is 262×."
    assert summary(titan, "compression", spelled, direction="both", compression=20, context="centralised") == (
        "No: 26.2× at 20× both ways; break-even takes 524×. Centralising moves 0.0381× of that."
    )
    nearly = {"moved_bytes": 400e3, "compression": 1.2}  # 2 x .1 x 400 kB of 50 kB: 1.6, the download alone .8
    assert summary(titan, "compression", spelled, **nearly) == "No: 1.47× at 1.2× up; break-even takes 4×."


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_sentences_answer_their_question_in_two_lines(any_state, data):
    one, state = data.draw(any_state)
    outcome = one.run(**state)
    ratio = outcome.reading("ratio").value
    first, second = (outcome.panels[name].summary for name in ("traffic", "compression"))
    assert first.startswith("Yes: " if ratio < 1 / 1.1 else "No: " if ratio > 1.1 else "As many, within 10%: ")
    assert second.startswith("Yes: " if ratio < 1.005 else "No: " if ratio > 1.1 else "Nearly: ")
    assert len(first) < 130
    assert len(second) < 120
    assert re.search(r"[^.]\.$", first)


# --- before the lock, and on the page --------------------------------------------------------------------------------


def test_before_the_lock_only_limits_are_drawn(paradox):
    for place in paradox.bench.panels:
        bare = place.limits()
        assert bare["data"] == []
        assert [shape["type"] for shape in bare["layout"]["shapes"]] == ["line"]
    break_even = paradox.bench.panels[1].limits()
    assert [shape["value"] for shape in break_even["layout"]["shapes"]] == [1]


@pytest.mark.parametrize("screen", [Screen(), Screen(dark=True, narrow=True)])
def test_plotly_accepts_the_dressed_figures(paradox, screen):
    states = [{}, {"compression": 20, "direction": "both", "context": "centralised"}]
    for values in states:
        outcome = paradox.run(**values)
        for place in paradox.bench.panels:
            lock = Mark(x=place.x.low, y=1e-12, text="your lock: 10⁻¹²×")
            drawn = style_figure(outcome.panels[place.id].figure(), place, screen=screen, revision="r", marks=[lock])
            figure = go.Figure(drawn)
            assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
            ys = [y for item in figure.data if item.mode == "markers" for y in item.y]
            assert all(place.y.low <= y <= place.y.high for y in ys)
    for place in paradox.bench.panels:
        go.Figure(empty(place, screen=screen, revision="r"))
