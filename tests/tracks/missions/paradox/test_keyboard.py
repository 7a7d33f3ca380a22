"""The keyboard fleet: the numbers of the case follow from physics, on every track the same, and none is a track's."""

from __future__ import annotations

import re

import pytest

from dashboard.layouts.bench.reflect import SLOTS
from physics import constants, traffic
from tests.http_student import Student, said
from tests.states import TRACKS
from tracks.api.quantities import in_words
from tracks.loading.registry import Registry
from tracks.missions.paradox.keyboard import CASE

IDS = [track.id for track in TRACKS]
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})


@pytest.fixture(params=TRACKS, ids=IDS)
def fleet(request):
    return request.param, CASE.on(request.param)


# L22, L7: what the case says of itself, recomputed here from the phones and their text alone
def test_a_round_is_four_petabytes_a_day_forty_and_the_text_a_hundred_gigabytes(fleet):
    track, case = fleet
    outcome = case.run(track, case.defaults())
    invited = 0.01 * 100_000_000
    two_ways = 2 * 1_000_000_000 * 2
    found = {one.id: one.value for one in outcome.readings if not isinstance(one.value, str)}
    assert found == pytest.approx(
        {
            "ratio": 10 * invited * two_ways / (1e9 * 100),
            "cost_per_round": 4e15,
            "day_federated": 40e15,
            "day_centralised": 100e9,
            "phone_month": 12e9,
            "upload_time": 2e9 * 8 / 6e6,
        }
    )
    assert found["ratio"] == pytest.approx(400_000)
    assert found["upload_time"] / 60 == pytest.approx(44, abs=0.5)
    assert case.truth(track, case.predictions[0]).value == pytest.approx(400_000)
    day = outcome.reading("day_federated")
    assert (day.warn, day.limit, day.level) == (0.1e15, 1e15, "fail")


@pytest.mark.parametrize(
    ("changes", "ratio"),
    [
        ({"compression": 100, "direction": "both"}, 4_000),
        ({"compression": 100, "direction": "upload"}, 202_000),
        ({"moved_bytes": 1_400_000 * 4}, 1_120),
        ({"moved_bytes": 4e9}, 800_000),
    ],
    ids=["both ways", "upload only", "shipped", "fp32"],
)
def test_what_is_left_of_it(fleet, changes, ratio):
    track, case = fleet
    assert case.run(track, case.defaults() | changes).reading("ratio").value == pytest.approx(ratio)


def test_the_tempting_answers_are_less_a_tenth_equal_and_a_thousand(fleet):
    """Each is a whole decade or more from the answer, and named where a lock lies near."""
    track, case = fleet
    routes = {route.name: value for route, value in case.routes(track, case.predictions[0])}
    assert list(routes.values()) == pytest.approx([0.01, 0.1, 1, 1_120])


# The key of the first lab read 2 GiB for 2 GB, and called a thousand right.
def test_a_gigabyte_is_no_gibibyte():
    copy = 2 * 2**30
    in_gib = traffic.traffic_ratio(
        participation=0.01, download_bytes=copy, upload_bytes=copy, rounds_per_day=10, raw_bytes_per_device=1e3
    )
    assert float(in_gib) == pytest.approx(429_497, rel=1e-5)


def test_no_number_of_the_track_stands_on_the_page_of_the_case(fleet):
    """Cap, raw data, what moves, fleet and time to act of the track; in texts, read-outs, lines and marks."""
    track, case = fleet
    outcome = case.run(track, case.defaults())
    figure = [drawing.figure() for drawing in outcome.panels.values()]
    limits = [panel.limits() for panel in case.panels]
    asked = (case.brief, case.predictions, case.presets, case.reflection, case.observation)
    told = (outcome.readings, outcome.verdicts, figure, limits, case.peek(track, outcome, **case.defaults()))
    page = str((asked, told)).translate(SPACES)
    own = {
        "cap": in_words(track.fleet.cap_bytes, "B"),
        "raw data": in_words(track.fleet.raw_bytes_per_device_day, "B"),
        "what moves": in_words(track.model.moved_bytes, "B"),
        "fleet": in_words(track.fleet.devices, ""),
        "deadline": track.device.deadline_name,
        "model": track.model.moved_name,
    }
    for what, words in own.items():
        assert not re.search(rf"(?<![\d.]){re.escape(words.translate(SPACES))}", page), (what, words)
    assert {one.id for one in outcome.readings}.isdisjoint({"cap_share", "time_to_act"})


def test_no_number_of_the_case_stands_on_the_tracks_own_bench(registry: Registry):
    for track in TRACKS:
        bench = registry.bench(track.id, "paradox")
        outcome = bench.run(track, bench.defaults())
        figure = [drawing.figure() for drawing in outcome.panels.values()]
        page = str((bench.brief, bench.predictions, bench.presets, bench.reflection, bench.observation,
                    outcome.readings, outcome.verdicts, figure))  # fmt: skip
        page = page.translate(SPACES)
        for number in ("400 000", "1 120", "5.6 MB", "1 400 000", "100 000 000 phones", "keystroke"):
            assert number not in page, (track.id, number)


@pytest.mark.parametrize("track_id", IDS)
def test_the_reveal_tells_the_numbers_and_the_page_of_the_next_track_that_it_was_explored(student: Student, track_id):
    key = f"{track_id}/keyboard"
    before = said(student.page(f"/{key}"))
    assert "numbers, not marketing" in before
    assert "400\u202f000×" not in before
    prediction = student.bench(key).predictions[0]
    revealed = said(student.lock(key, prediction, value="1000", mechanism="participation")).translate(SPACES)
    assert "One way to 1 000×: a thousand times more, 1 120×. That fits the model that was really shipped" in revealed
    for number in ("400 000×", "4 PB", "40 PB", "12 GB", "44.4 min", "4 000×", "202 000×", "5.6 MB", "1 120×",
                   in_words(constants.GBOARD_PARAMETERS, "").translate(SPACES)):  # fmt: skip
        assert number in revealed, number
    assert student.open(key).status_code == 200
    student.try_once(key)
    check = student.bench(key).reflection.check
    assert check is not None
    fields = {name: "written" for name, _ in SLOTS} | {"check": check.answer}
    assert student.write(key, "reflect", fields).status_code == 200
    assert "explored" in said(student.page(f"/{track_id}"))
    after = IDS[(IDS.index(track_id) + 1) % len(IDS)]
    name = student.registry.track(track_id).name
    assert f"You finished this case on {name}." in said(student.page(f"/{after}/keyboard"))
    assert "Begin with Paradox" in said(student.page(f"/{after}"))
