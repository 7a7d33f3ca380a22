"""The drift's three figures and the cards are one outcome, on axes that never move."""

import pytest
from hypothesis import given, settings

from tests.states import plain
from tests.tracks.edge_guardian.drift.states import DEPOT, GUARDIAN, any_state
from tracks.api.quantities import in_words

PANELS = {panel.id: panel for panel in GUARDIAN.bench.panels}


def traces(outcome, panel):
    """Return a figure's traces by name."""
    return {trace["name"]: trace for trace in outcome.panels[panel].figure()["data"]}


def notes(figure):
    """Return all texts of a figure."""
    found = figure["layout"]["annotations"]
    return [plain(text) for note in found for text in note.get("texts", [note.get("text", "")])]


# P19: accuracy against bytes, for the worst city too
def test_curves_end_where_the_cards_stand():
    outcome = GUARDIAN.run()
    lines = traces(outcome, "accuracy_against_bytes")
    moved = outcome.reading("moved").value
    for name, reading in (("fleet", "mean_accuracy"), ("Dusty Mesa", "worst_city")):
        assert lines[name]["x"][-1] == pytest.approx(moved, rel=1e-6)
        assert lines[name]["y"][-1] == pytest.approx(outcome.reading(reading).value, rel=1e-6)
        assert lines[f"{name}, here"]["y"][0] == pytest.approx(outcome.reading(reading).value, rel=1e-5)
    assert outcome.panels["accuracy_against_bytes"].point == (moved, outcome.reading("mean_accuracy").value)
    assert sum(trace["meta"] == "seed" for trace in lines.values()) == 3


@settings(max_examples=30)
@given(state=any_state)
def test_every_point_is_drawn_inside_its_axes(state):
    outcome = GUARDIAN.preview(**state)
    panel = PANELS["accuracy_against_bytes"]
    for name, trace in traces(outcome, panel.id).items():
        if name.endswith("here"):
            assert panel.x.shows(trace["x"][0])
            assert panel.y.shows(trace["y"][0])
    assert outcome.reading("loop_p99").value <= PANELS["loop_latency"].x.high
    assert PANELS["participation_by_city"].x.categories[-1] == "Dusty Mesa"


def test_the_first_summary_answers_its_question():
    outcome = GUARDIAN.run()
    scores = [plain(in_words(outcome.reading(one).value, "share")) for one in ("mean_accuracy", "worst_city")]
    summary = plain(outcome.panels["accuracy_against_bytes"].summary)
    assert summary.startswith(f"No: fleet {scores[0]}, Dusty Mesa {scores[1]}")
    yes = GUARDIAN.run(**DEPOT).panels["accuracy_against_bytes"].summary
    assert yes.startswith("Yes")


def test_limits_are_drawn_before_the_lock_and_hold_no_run():
    for panel in PANELS.values():
        assert panel.limits()["data"] == []
    assert "<b>cap 5 GB</b>" in notes(PANELS["accuracy_against_bytes"].limits())
    assert "equal 20%" in notes(PANELS["participation_by_city"].limits())
    assert "<b>deadline 10 ms</b>" in notes(PANELS["loop_latency"].limits())


@pytest.mark.parametrize("selection", ["random", "reliable_first", "city_balanced"])
def test_bars_are_the_shares_of_what_arrives(selection):
    outcome = GUARDIAN.run(selection=selection)
    table = outcome.panels["participation_by_city"].table()
    heights = [y for trace in outcome.panels["participation_by_city"].figure()["data"] for y in trace["y"]]
    shares = [row[table.columns.index("share of them, of 1")] for row in table.rows]
    assert heights == pytest.approx(shares, abs=1e-6)
    assert sum(shares) == pytest.approx(1)
    assert min(shares) == shares[-1], "the dusty city is heard least"
    assert shares[-1] == 0 or selection != "reliable_first"


def test_the_strip_stacks_up_to_the_loops_latency_with_and_without_learning():
    outcome = GUARDIAN.run()
    bars = outcome.panels["loop_latency"].figure()["data"]
    rows = {0: 0.0, 1: 0.0}
    for trace in bars:
        for place, size in zip(trace["y"], trace["x"], strict=True):
            rows[int(place)] += float(size)
    assert rows[0] == pytest.approx(outcome.reading("loop_p99").value)
    assert rows[1] == pytest.approx(6e-3)
    summary = plain(outcome.panels["loop_latency"].summary)
    assert summary == "No: 13 ms with learning, of which memory 2 ms and kernel 4.95 ms; 6 ms alone."
    assert PANELS["loop_latency"].y.categories == ("with learning", "alone")
    elsewhere = GUARDIAN.run(when="depot")
    assert (
        plain(elsewhere.panels["loop_latency"].summary) == "Yes: 6 ms; learning happens in the depot, beside no loop."
    )
    assert [row[-1] for row in elsewhere.panels["loop_latency"].table().rows] == pytest.approx([6e-3, 6e-3])
