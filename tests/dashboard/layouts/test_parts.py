"""The small pieces: what is picture is hidden from screen readers, what is state has a shape and words."""

from __future__ import annotations

import pytest

from dashboard.layouts.parts import icon, painted, shape, track_header, track_style
from dashboard.student.mission import Step
from dashboard.student.standing import IN_WORDS
from tests.dashboard.layouts.drawn import every, of_class, props, text
from tracks.api.track import Track
from tracks.loading.registry import Registry


@pytest.fixture
def track(registry: Registry) -> Track:
    return registry.track("edge_guardian")


@pytest.fixture
def steps(registry: Registry) -> list[Step]:
    return [
        Step(label="Paradox", title="Paradox", bench=registry.bench("edge_guardian", "paradox"), number=1),
        Step(label="Storm", title="the Storm", number=2),
        Step(label="Downlink", title="Downlink", bench=registry.bench("edge_guardian", "downlink"), number=3),
    ]


def test_pictures_are_hidden_from_screen_readers() -> None:  # N13
    assert props(icon("lock"))["aria-hidden"] == "true"
    assert props(shape("fail"))["aria-hidden"] == "true"
    assert props(shape("fail"))["data-shape"] == "fail"


def test_a_painted_place_carries_its_name() -> None:
    assert props(painted("status.title", className="status-word")) == {
        "children": None, "data-paint": "status.title", "className": "status-word",
    }  # fmt: skip


def test_each_theme_has_the_tracks_own_colour(track: Track) -> None:
    assert track_style(track) == {"--track-light": track.colour.light, "--track-dark": track.colour.dark}


def test_the_stepper_links_what_is_open_marks_where_you_are_and_says_what_is_not_yet(track: Track, steps) -> None:
    header = track_header(track, steps, "paradox", {"paradox": "locked"})
    (stepper,) = of_class(header, "stepper")
    links = [props(part)["href"] for part in every(stepper) if "href" in props(part)]
    assert links == ["/edge_guardian/downlink"]
    assert [props(part)["href"] for part in of_class(header, "bar-home")] == ["/"], "the way to the other tracks"
    (here,) = [part for part in every(stepper) if props(part).get("aria-current") == "step"]
    assert "Paradox" in text(here)
    assert "Storm|, not yet open" in text(stepper)


def test_how_a_student_stands_has_a_mark_of_its_own_and_words(track: Track, steps) -> None:
    seen = set()
    for standing, words in IN_WORDS.items():
        header = track_header(track, steps, "", {"downlink": standing})
        assert f"Downlink|, {words}" in text(header)
        (mark,) = of_class(header, f"is-{standing}")
        seen.add((props(mark)["className"], *(props(part).get("className") for part in every(mark))))
    assert len(seen) == len(IN_WORDS) == 6, "six pictures"
