"""A lock is answered at once: the reveal stands until the instruments are opened, and is kept in the ledger."""

from __future__ import annotations

import pytest

from tests.http_student import Student, said
from tracks.loading.registry import load_registry

PLUGIN = "edge_guardian/downlink"
MEMORY = "cloud_titan/memory"


def lock(student: Student, key: str) -> str:
    """Lock every question; the answer to the last."""
    return [said(student.lock(key, item)) for item in student.bench(key).predictions][-1]


def test_the_last_lock_is_answered_by_the_reveal_and_a_reload_by_the_same(student: Student) -> None:
    first, second = student.bench(PLUGIN).predictions
    assert "data-reveal" not in said(student.lock(PLUGIN, first)), "the first of two is not answered yet"
    for shown in (said(student.lock(PLUGIN, second)), said(student.page(f"/{PLUGIN}"))):
        assert "Open the instruments" in shown
        assert "data-reveal" in shown
        assert "your lock: 1" in shown
        assert "is-locked-out" in shown


def test_opening_keeps_what_was_said_once_and_survives_a_reload(student: Student, ledger_of) -> None:
    lock(student, MEMORY)
    for answer in (student.open(MEMORY), student.open(MEMORY), student.page(f"/{MEMORY}")):
        assert "is-unlocked" in said(answer)
        assert "Open the instruments" not in said(answer)
    (kept,) = ledger_of(student, "opening")
    (item,) = kept.payload["revealed"]
    assert (item["prediction"], item["computed"], item["right"]) == ("last_blocks", "201\u00a0GiB", False)
    assert item["route"] == ""


def test_a_tempting_route_is_said_and_kept(student: Student, ledger_of) -> None:
    (item,) = student.bench(MEMORY).predictions
    shown = said(student.lock(MEMORY, item, value="800 GiB", mechanism="range"))
    student.open(MEMORY)
    (kept,) = ledger_of(student, "opening")
    sentence = kept.payload["revealed"][0]["said"]
    assert sentence.startswith("One way to 800\u00a0GiB: inference multiplied by six, 800\u00a0GiB. 6 × 133\u00a0GiB")
    assert "5.13% of the weights train" in sentence
    assert sentence in shown


def test_the_question_and_its_answer_are_the_same_whatever_was_carried(student: Student) -> None:
    """Memory's decision moves convergence's defaults and none of what is asked there."""
    key = "mobile_nomad/convergence"
    before = said(student.page(f"/{key}"))
    memory = "mobile_nomad/memory"
    lock(student, memory)
    student.record(memory, method="lora", rank=2)
    shown = lock(student, key)
    item = student.bench(key).predictions[0]
    assert item.question in before
    assert item.question in shown
    fresh = Student.of(student.app, student.registry)
    other = lock(fresh, key)

    def revealed(answer: str) -> str:
        return answer[answer.index("reveal-title") : answer.index("Open the instruments")]

    assert revealed(shown) == revealed(other)


@pytest.mark.parametrize("pressed", [0, None])
def test_nothing_opens_without_a_press_or_before_the_locks(student: Student, ledger_of, pressed: int | None) -> None:
    assert student.open(PLUGIN).status_code == 403
    lock(student, PLUGIN)
    assert student.press(PLUGIN, "open", clicks=pressed).status_code == 204
    assert ledger_of(student, "opening") == []


def test_who_had_recorded_tries_before_there_was_a_reveal_finds_the_instruments_open(student: Student) -> None:
    lock(student, PLUGIN)
    student.record(PLUGIN)
    assert "Open the instruments" not in said(student.page(f"/{PLUGIN}"))


def test_no_question_or_observation_asks_about_the_start_settings() -> None:
    """What starts where differs with what was carried; a question names its setting."""
    lab = load_registry()
    for track in lab.tracks.values():
        for bench in lab.benches(track.id):
            asked = [item.question for item in bench.predictions]
            asked += [bench.observation.text] if bench.observation else []
            asked += [bench.reflection.check.text] if bench.reflection and bench.reflection.check else []
            for text in asked:
                assert "start setting" not in text
                assert "default" not in text


def test_what_never_changes_holds_no_claim_that_is_put_to_the_test() -> None:
    lab = load_registry()
    for track in lab.tracks.values():
        invariant = lab.bench(track.id, "memory").brief.invariant
        assert " times " not in invariant
        assert not any(character.isdigit() for character in invariant)
