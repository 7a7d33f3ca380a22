"""The pages around the benches: the picker, a briefing, the page for an address that leads nowhere."""

from __future__ import annotations

import pytest

from dashboard.layouts.home import STEPS, Resume, briefing, not_found, picker
from dashboard.student.mission import Step
from dashboard.student.standing import IN_WORDS, Next
from tests.dashboard.layouts.drawn import every, having, of_class, props, text
from tracks.api.track import SENTENCES, Track
from tracks.loading.course import Course, built_in
from tracks.loading.registry import Registry

SECTIONS = (
    "The Edge Learning Paradigm",
    "Federated Learning Algorithms",
    "Federated Systems at Scale",
    "Federated Privacy",
)


@pytest.fixture
def tracks(registry: Registry) -> list[Track]:
    return list(registry.tracks.values())


@pytest.fixture
def steps(registry: Registry) -> dict[str, list[Step]]:
    def of(track_id: str) -> list[Step]:
        bench = registry.bench(track_id, "paradox")
        return [
            Step(label="Paradox", title=bench.title, bench=bench, number=1),
            Step(label="Storm", title="the Storm", number=2),
        ]

    return {track_id: of(track_id) for track_id in registry.tracks}


def links(page: object) -> set[str]:
    return {props(part)["href"] for part in every(page) if "href" in props(part)}


class TestPicker:
    def test_every_track_has_a_card_with_its_persona_its_wall_and_a_way_in(self, tracks, steps) -> None:  # P1 P2 P3 P4
        page = picker(tracks, steps, {}, None, course=built_in(), designer=True)
        cards = of_class(page, "card-track")
        for track, card in zip(tracks, cards, strict=True):
            assert all(part in text(card) for part in (track.name, track.persona, track.north_star, track.wall))
            assert f"/{track.id}" in links(card)

    def test_the_rulers_lay_the_tracks_side_by_side_on_one_scale(self, tracks, steps) -> None:  # N8
        for card in of_class(picker(tracks, steps, {}, None, course=built_in(), designer=True), "card-track"):
            for ruler in of_class(card, "ruler-line"):
                dots = [float(props(dot)["style"]["--at"]) for dot in of_class(ruler, "dot")]
                assert len(dots) == len(tracks)
                assert all(0 <= dot <= 1 for dot in dots)
                assert len(of_class(ruler, "filled")) == 1

    def test_continuing_is_offered_only_to_whoever_has_been_somewhere(self, tracks, steps) -> None:
        assert of_class(picker(tracks, steps, {}, None, course=built_in(), designer=True), "continue") == []
        track = tracks[1]
        resume = Resume(track=track, step=steps[track.id][0], note="prediction locked")
        (bar,) = of_class(
            picker(tracks, steps, {track.id: {"paradox": "locked"}}, resume, course=built_in(), designer=True),
            "continue",
        )
        assert links(bar) == {f"/{track.id}/paradox"}
        assert "prediction locked" in text(bar)

    def test_a_card_tells_how_many_benches_are_finished(self, tracks, steps) -> None:
        for standing, count in (("locked", 0), ("done", 1), ("won", 1)):
            page = picker(tracks, steps, {tracks[0].id: {"paradox": standing}}, None, course=built_in(), designer=True)
            assert f"{count} of {len(steps[tracks[0].id])} benches finished" in having(page, "aria-label")
            assert len(of_class(page, f"is-{standing}")) == 2, "the mark, and below the cards what it means"
            (legend,) = of_class(page, "legend-line")
            assert IN_WORDS[standing] in text(legend)
            assert not any(words in text(legend) for one, words in IN_WORDS.items() if one in ("helped", "explored"))

    def test_the_way_of_a_bench_is_told_and_the_designers_page_only_where_it_is_on(self, tracks, steps) -> None:
        page = picker(tracks, steps, {}, None, course=built_in(), designer=False)
        assert all(name in text(page) for name, _ in STEPS)
        assert "/designer" not in links(page)
        assert "/designer" in links(picker(tracks, steps, {}, None, course=built_in(), designer=True))

    def test_the_course_stands_at_its_head_with_what_it_asks(self, tracks, steps) -> None:  # L1
        page = text(picker(tracks, steps, {}, None, course=built_in(), designer=False))
        assert page.index("Volume II") < page.index("The Federation Paradox") < page.index("Where should learning")
        for said in (*built_in().objectives, *built_in().prerequisites):
            assert said in page
        for section in SECTIONS:
            assert f"Machine Learning Systems, Volume II, “{section}”" in page

    def test_a_course_that_says_its_title_alone_has_no_empty_headings(self, tracks, steps) -> None:
        page = picker(
            tracks, steps, {}, None, course=Course(title="Edge <b>weeks</b>", duration="two weeks"), designer=True
        )
        assert "Edge <b>weeks</b>|two weeks" in text(page)
        assert of_class(page, "about-course") == []
        assert "Read before" not in text(page)


class TestBriefing:
    def test_the_four_walls_stand_side_by_side(self, tracks, steps) -> None:
        page = text(briefing(tracks[0], tracks, steps[tracks[0].id], {}, Next(step=None), course=built_in()))
        assert all(track.wall in page for track in tracks)

    def test_its_story_stands_first_and_its_constants_are_folded(self, tracks, steps) -> None:
        for track in tracks[:4]:
            page = briefing(track, tracks, steps[track.id], {}, Next(step=None), course=built_in())
            assert len(track.story) == SENTENCES
            assert all(sentence in text(page) for sentence in track.story)
            (fold,) = of_class(page, "constants-fold")
            assert props(fold).get("open") is None
            assert len(having(fold, "data-constant")) == len(track.constants())

    def test_it_leads_to_what_is_next(self, tracks, steps) -> None:
        own = steps[tracks[0].id]
        page = briefing(tracks[0], tracks, own, {}, Next(step=own[0]), course=built_in())
        assert "Begin with Paradox" in text(page)
        assert "the Storm not yet open" in text(page).replace("|", "")
        assert f"/{tracks[0].id}/storm" not in links(page), "what is not open yet is no link"
        assert "Continue with Paradox" in text(
            briefing(tracks[0], tracks, own, {"paradox": "locked"}, Next(step=own[0]), course=built_in())
        )
        finished = briefing(
            tracks[0],
            tracks,
            own,
            {"paradox": "won"},
            Next(step=None, debrief=own[0].bench, track=tracks[1]),
            course=built_in(),
        )
        assert {f"/{tracks[0].id}/paradox#debrief", f"/{tracks[1].id}"} <= links(finished)
        assert f"Next track: {tracks[1].name}" in text(finished)
        assert "Continue with" not in text(finished)

    def test_a_track_without_a_bench_says_so(self, tracks) -> None:
        page = briefing(
            tracks[0], tracks, [Step(label="Paradox", title="Paradox")], {}, Next(step=None), course=built_in()
        )
        assert "No bench of this track is open yet." in text(page)

    def test_what_to_read_is_given_with_what_it_answers(self, tracks, steps) -> None:  # L1
        for track in tracks:
            page = text(briefing(track, tracks, steps[track.id], {}, Next(step=None), course=built_in()))
            assert track.reading
            assert all(paper.text in page and why in page for paper, why in track.reading)


def test_an_address_that_leads_nowhere_is_repeated_and_all_that_exist_are_listed(tracks, steps) -> None:
    page = not_found(tracks, steps, "/nothing")
    assert "/nothing" in text(page)
    assert {"/", *(f"/{track.id}" for track in tracks), *(f"/{track.id}/paradox" for track in tracks)} <= links(page)
    assert len(text(not_found(tracks, steps, "/" + "a" * 9999))) < 2000
