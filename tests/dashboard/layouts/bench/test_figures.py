"""A panel: its question, its sentence, its graph, and the table that says the same."""

from __future__ import annotations

from dash import dcc

from dashboard.layouts.bench.figures import graph, panel_section, table_view
from dashboard.web import ids
from tests.dashboard.layouts.drawn import every, having, props, text
from tracks.api.figures import Axis, Panel, Table

PANEL = Panel(id="time", question="How long?", x=Axis(label="x"), y=Axis(label="y"))
FIGURE = {"data": [], "layout": {}}


def section(*, is_unlocked: bool):
    return panel_section("t/b", PANEL, FIGURE, summary="1 s.", is_unlocked=is_unlocked)


def test_a_graph_has_a_name_and_never_the_button_that_uploads() -> None:  # N14
    made = graph(ids.figure("t/b", "time"), FIGURE, name="How long?")
    assert props(made)["aria-label"] == "How long?"
    (inner,) = [part for part in every(made) if isinstance(part, dcc.Graph)]
    assert inner.config["showSendToCloud"] is False
    assert inner.config["displayModeBar"] is False
    assert inner.id == ids.figure("t/b", "time")


def test_an_open_panel_offers_table_and_export_and_a_shut_one_none() -> None:  # N1
    opened, locked_out = section(is_unlocked=True), section(is_unlocked=False)
    assert "png" in having(opened, "data-do")
    assert {str(ids.action("t/b", "table_time")), str(ids.csv_button("t/b", "time"))} <= having(opened, "id").keys()
    assert having(locked_out, "data-do") == {}
    assert "Table" not in text(locked_out)
    assert having(locked_out, "data-paint") == {}, "nothing on a locked-out panel waits to be painted"


def test_the_sentence_is_painted_by_the_panels_name() -> None:
    assert "summaries.time" in having(section(is_unlocked=True), "data-paint")


def test_a_table_shows_three_digits_and_keeps_them_all() -> None:  # N13
    table = Table(columns=("share", "day, B"), rows=(("your setting", 380.9523809523809), ("", 2)))
    drawn = table_view(table, caption="How long?")
    assert having(drawn, "data-value").keys() == {"380.9523809523809", "2.0"}
    assert "|381|" in f"|{text(drawn)}|"
    assert [part.scope for part in every(drawn) if getattr(part, "scope", "")] == ["col", "col"]
    assert "How long?" in text(drawn), "the caption names it"
    assert (props(drawn)["tabIndex"], props(drawn)["role"]) == (0, "region"), "what scrolls can be reached by keys"
