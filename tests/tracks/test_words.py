"""A bench asks for little reading before a lock and for little writing after it."""

from __future__ import annotations

import pytest

from dashboard.layouts.bench.predict import given_rows
from dashboard.layouts.bench.reflect import DEFENCE, REFLECTION, reflect_section
from dashboard.student.mission import defended, mission
from tests.dashboard.layouts.drawn import every
from tracks.api.bench import Bench
from tracks.api.teaching import Question
from tracks.api.track import Track
from tracks.loading.registry import load_registry

MAX_WORDS, MAX_SLOTS = 120, 2
PATH_MINUTES, READING_MINUTES, WORDS_A_MINUTE = 60, 21, 200  # 200: careful reading of prose
LAB = load_registry()
BENCHES = [
    pytest.param(bench, id=f"{track.id}-{bench.id}") for track in LAB.tracks.values() for bench in LAB.benches(track.id)
]


def words(text: str) -> int:
    """Words between plain spaces: a number and its unit, held together by a narrow one, are one."""
    return len(text.split(" "))


def before_a_lock(bench: Bench, number: int) -> int:
    """The message, which is read before the first lock, the question, and what it takes as given."""
    item = bench.predictions[number]
    given = sum(words(name) + words(text) for name, text in given_rows(bench, item))
    return words(item.question) + given + (words(bench.brief.text) if number == 0 else 0)


@pytest.mark.parametrize("bench", BENCHES)
def test_at_most_120_words_stand_before_a_lock(bench: Bench) -> None:
    """What never changes is folded; the answers and reasons to choose from are the student's to read."""
    for number, _ in enumerate(bench.predictions):
        assert before_a_lock(bench, number) <= MAX_WORDS


def words_of(question: Question | None) -> int:
    if question is None:
        return 0
    return words(question.text) + sum(words(option.text) + words(option.feedback) for option in question.options)


def to_read(bench: Bench) -> int:
    """Every word that its author writes into the path: up to the lock, then observation, reflection, model answer."""
    asked = bench.reflection
    written = (asked.prompt, *asked.rubric, asked.model_answer, asked.weak_sample, asked.strong_sample)
    choices = [option for item in bench.predictions for option in (*item.mechanisms, *item.options)]
    return (
        sum(before_a_lock(bench, number) for number, _ in enumerate(bench.predictions))
        + sum(words(option.text) + words(option.feedback) for option in choices)
        + sum(map(words, written))
        + words_of(bench.observation)
        + words_of(asked.check)
    )


@pytest.mark.parametrize("track", LAB.tracks.values(), ids=lambda track: track.id)
def test_the_path_of_a_track_takes_an_hour_and_a_third_of_it_is_reading(track: Track) -> None:
    """Cases and acts are further ways, which a student may leave out; what is explored has words in its figures."""
    path = [bench for bench in mission(LAB, track) if not bench.case_of]
    assert len(path) == 5
    assert sum(bench.minutes for bench in path) <= PATH_MINUTES
    assert sum(map(to_read, path)) <= READING_MINUTES * WORDS_A_MINUTE


@pytest.mark.parametrize("bench", BENCHES)
def test_a_bench_has_two_slots_to_write_in(bench: Bench) -> None:
    asked = [(REFLECTION, bench.reflection), (DEFENCE, bench.reflection.defence)]
    for form, question in asked if bench.reflection.defence else asked[:1]:
        drawn = reflect_section("a/b", question, None, form=form)
        fields = [part for part in every(drawn) if type(part).__name__ == "Textarea"]
        assert len(fields) == len(form.slots) == MAX_SLOTS


def test_one_bench_of_every_mission_asks_for_a_defence_at_the_end() -> None:
    """Its own page never asks for it, and the page that does asks after the reflection: see student/test_defence."""
    for track in LAB.tracks.values():
        asking = [bench.id for bench in mission(LAB, track) if bench.reflection.defence]
        assert asking == ["privacy"]
        assert defended(LAB, track) == LAB.bench(track.id, "privacy").reflection.defence
