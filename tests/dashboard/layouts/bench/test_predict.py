"""The prediction card: asks without a default, names what freezes, and shows what is locked."""

from __future__ import annotations

import pytest

from dashboard.layouts.bench.predict import (
    ask_card,
    given_rows,
    limits_line,
    locked_block,
    predict_section,
    review_card,
    scenario_line,
)
from dashboard.student.predictions import Draft, Locked
from dashboard.web import ids
from tests.dashboard.layouts.drawn import every, having, props, text
from tracks.api.bench import Bench
from tracks.loading.registry import Registry

KEY = "edge_guardian/downlink"
DRAFT = Draft(value="2 min", mechanism="size", confidence="leaning")
EARLY, LATE = (Locked(draft=DRAFT, time=f"2025-01-01T0{hour}:00:00+00:00") for hour in (1, 2))


@pytest.fixture
def bench(registry: Registry) -> Bench:
    return registry.bench("edge_guardian", "downlink")


def test_nothing_is_chosen_beforehand(bench: Bench) -> None:  # L5
    for prediction in bench.predictions:
        card = ask_card(KEY, bench, prediction)
        chosen = [props(part).get("value") for part in every(card) if "entry" in str(props(part).get("id"))]
        assert len(chosen) == 3
        assert not any(chosen)


def test_the_question_stands_with_all_that_it_takes_as_given(bench: Bench) -> None:
    wait = bench.predictions[0]
    card = text(ask_card(KEY, bench, wait))
    assert wait.question in card
    assert "Model|1\u00a0GB" in card
    assert given_rows(bench, wait) == [("Model", "1\u00a0GB")]
    assert scenario_line(bench, wait) == "model 1\u00a0GB"


def test_going_back_keeps_what_was_entered_and_says_what_is_missing(bench: Bench) -> None:
    card = ask_card(KEY, bench, bench.predictions[0], DRAFT, {"confidence": "Say how sure you are."})
    kept = {part.id["name"]: part.value for part in every(card) if "entry" in str(props(part).get("id"))}
    assert kept == {"value": "2 min", "mechanism": "size", "confidence": "leaning"}
    assert "Say how sure you are." in text(card)


def test_the_review_names_exactly_what_freezes_and_carries_it(bench: Bench) -> None:
    card = review_card(KEY, bench.predictions[0], DRAFT)
    assert "Your value|2\u00a0min|How sure|leaning|Because|the model is large" in text(card).replace(
        "120\u00a0s", "2\u00a0min"
    )
    (store,) = [part for part in every(card) if props(part).get("id") == ids.draft(KEY, "wait")]
    assert store.data == {"prediction": "wait", **DRAFT.as_dict(), "confirmed": None}
    assert {str(ids.action(KEY, name)) for name in ("lock", "edit")} <= having(card, "id").keys()


def test_no_reason_is_sent_with_its_feedback(bench: Bench) -> None:  # N1
    for prediction in bench.predictions:
        for card in (ask_card(KEY, bench, prediction, DRAFT), review_card(KEY, bench.predictions[0], DRAFT)):
            sent = " ".join(str(props(part)) for part in every(card))
            assert "FEEDBACK" not in sent
            assert "OPTION-" not in sent


def test_the_next_question_follows_a_lock_and_none_the_last(bench: Bench) -> None:
    half = text(predict_section(KEY, bench, {"wait": EARLY}))
    assert "2 of 2" in half
    assert bench.predictions[1].question in half
    whole = predict_section(KEY, bench, {"wait": LATE, "who": EARLY})
    assert LATE.time in having(whole, "dateTime"), "the section says when the last one was locked"
    assert "Review" not in text(whole)
    assert having(whole, "data-locked").keys() == {"wait", "who"}


def test_a_locked_option_is_shown_by_its_text(bench: Bench) -> None:
    locked = Locked(draft=Draft(value="largest", mechanism="rate", confidence="certain"), time=EARLY.time)
    shown = text(locked_block(bench, bench.predictions[1], locked))
    assert "the largest device" in shown
    assert "Because: the link is slow." in shown
    assert "Certain" in shown


def test_how_right_is_measured_is_said(bench: Bench) -> None:
    assert limits_line(bench.predictions[0]) == "right means within a factor of 2"
