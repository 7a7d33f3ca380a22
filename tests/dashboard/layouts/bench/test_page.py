"""A bench's page before and after the lock: the same places, filled only when they may be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboard.lab import ReadOut
from dashboard.layouts.bench.page import BenchState, bench_body, bench_page
from dashboard.rendering.bench_view import render
from dashboard.rendering.figures.style import Screen
from dashboard.student.mission import Step
from dashboard.student.predictions import Draft, Locked
from dashboard.student.progress import progress
from dashboard.student.reveal import reveal
from dashboard.student.standing import Next
from tests.dashboard.layouts.drawn import every, having, of_class, props, text
from tracks.api.controls import Choice, Option
from tracks.api.declared import Fact
from tracks.loading.course import built_in
from tracks.loading.registry import Registry

NOTHING = ReadOut()
TIME = "2025-01-01T00:00:00+00:00"


@pytest.fixture
def state(registry: Registry) -> Callable[..., BenchState]:
    def of(*, is_unlocked: bool, bench_id: str = "downlink", read_out: ReadOut = NOTHING) -> BenchState:
        track, bench = registry.track("edge_guardian"), registry.bench("edge_guardian", bench_id)
        locks = {}
        for item in bench.predictions:
            value = item.options[0].id if item.options else "100"
            draft = Draft(value=value, mechanism=item.mechanisms[0].id, confidence="guess")
            locks[item.id] = Locked(draft=draft, time=TIME)
        opened = render(track, bench, bench.defaults(), locks, Screen()) if is_unlocked else None
        return BenchState(
            track=track,
            bench=bench,
            offers=(),
            steps=[
                Step(label="Storm", title="the Storm", number=1),
                Step(label="Downlink", title="Downlink", bench=bench, number=2),
            ],
            standings={},
            following=Next(step=None),
            locks=locks if is_unlocked else {},
            readings=bench.run(track, bench.defaults()).readings,
            rendered=opened,
            revealed=reveal(track, bench, locks) if is_unlocked else (),
            reveal_figures=(),
            progress=progress((), track, bench),
            progress_summary={
                "tries": "0 of 10",
                "locks": "–",
                "facts": ["–" for _ in read_out.facts],
                "saved": TIME if is_unlocked else "",
            },
            read_out=read_out,
            debrief=None,
            course=built_in(),
            screen=Screen(),
        )

    return of


def test_every_painted_place_is_filled_by_the_view(state) -> None:  # P5
    """A place that no view fills stays empty on the page for good."""
    for bench_id in ("paradox", "downlink"):
        opened = state(is_unlocked=True, bench_id=bench_id)
        view = opened.rendered.texts
        for name in (*having(bench_body(opened), "data-paint"), *having(bench_body(opened), "data-level")):
            if name.startswith(("values.", "hint.")):
                continue
            part = {**view, "progress_summary": opened.progress_summary}
            for step in name.split("."):
                part = part[int(step)] if isinstance(part, list) else part[step]
            assert isinstance(part, str), name


def test_every_reading_and_gauge_has_its_place(state) -> None:  # L8 L21
    opened = state(is_unlocked=True)
    body = bench_body(opened)
    painted = having(body, "data-paint")
    assert {f"readings.{reading.id}.value" for reading in opened.readings} <= painted.keys()
    assert len(of_class(body, "gauge")) == len(opened.bench.hud)
    assert having(body, "data-reading").keys() == {reading.id for reading in opened.readings}


def test_before_the_lock_names_and_limits_stand_without_a_value(state) -> None:  # N1 L8
    body = bench_body(state(is_unlocked=False))
    readings = [text(reading) for reading in of_class(body, "reading")]
    assert readings == ["Download|–|≤ 60\u00a0s", "Model|–|no limit"]
    assert all(gauge.split("|")[1] == "–" for gauge in map(text, of_class(body, "gauge")))
    assert of_class(body, "popover") == []
    assert of_class(body, "peek") == []
    assert of_class(body, "reflect") == []
    assert of_class(body, "happened") == []
    assert of_class(body, "tries-section") == []
    assert not {n for n in having(body, "data-paint") if n != "what_if" and not n.startswith("progress_summary.")}


def test_before_the_lock_no_store_holds_a_view(state) -> None:  # N1
    body = bench_body(state(is_unlocked=False))
    stores = [props(part) for part in every(body) if type(part).__name__ == "Store"]
    (view,) = [store for store in stores if store["id"]["name"] == "texts"]
    assert view.get("data") is None


def test_a_lock_is_announced_once_and_its_time_is_on_the_page(state) -> None:
    opened = state(is_unlocked=True)
    assert props(bench_body(opened, arrived="opened"))["data-arrived"] == "opened"
    assert props(bench_body(opened))["data-arrived"] == ""
    assert props(bench_body(opened))["data-saved"] == TIME


def test_the_brief_opens_the_bench_and_folds_after_the_lock(state) -> None:  # L3 L4
    locked_out, opened = (state(is_unlocked=flag) for flag in (False, True))
    assert locked_out.bench.brief.text in text(bench_body(locked_out))
    assert locked_out.bench.brief.short not in text(bench_body(locked_out))
    (folded,) = of_class(bench_body(opened), "brief-again")
    assert opened.bench.brief.short in text(folded)
    assert opened.bench.brief.text in text(folded)


def test_where_you_stand_names_lab_track_step_binding_tries_and_locks(state) -> None:  # L21
    (hud,) = of_class(bench_body(state(is_unlocked=True)), "hud")
    assert text(hud).startswith("Lab 11 · Edge Guardian|2 Downlink|Binding constraint|")
    assert {"progress_summary.tries", "progress_summary.locks", "binding.text", "hint.eased"} <= having(
        hud, "data-paint"
    ).keys()
    assert of_class(hud, "hud-about") == [], "nothing is declared, so nothing stands there"


def test_where_you_stand_tells_the_choices_and_facts_that_are_declared(state) -> None:  # L21
    view = Choice(
        id="look", label="Look", options=(Option(id="near", text="from near"), Option(id="far", text="from afar")),
        default="far", role="view",
    )  # fmt: skip
    facts = (("downlink", Fact(decision="promise", label="Promise")), ("other", Fact(decision="tons", label="Load")))
    (about,) = of_class(
        bench_body(state(is_unlocked=True, read_out=ReadOut(choices=(view,), facts=facts))), "hud-about"
    )
    assert text(about) == "from afar|Promise |, Load "
    assert having(about, "data-kept").keys() == {"look"}
    assert having(about, "data-paint").keys() == {"progress_summary.facts.0", "progress_summary.facts.1"}


def test_the_page_tells_its_title(state) -> None:
    (titled,) = having(bench_page(state(is_unlocked=False)), "data-title")
    assert titled == "Downlink: who waits for the broadcast? · Edge Guardian · edgelab"
