"""A wrong number is told which term explains it, left out or counted twice, and nothing where none does."""  # N6

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.student.gap_analysis import analyse_gap
from dashboard.student.predictions import Draft
from tests.http_student import Student, said
from tracks.api.controls import Option
from tracks.api.quantities import in_words
from tracks.api.teaching import Prediction, Term, Truth

REASONS = (Option(id="why", text="Why.", feedback="Because."),)
TRAFFIC = Truth(
    value=60.0,
    terms=(Term(name="size", value=3.0), Term(name="rounds", value=10.0), Term(name="directions", value=2.0)),
    combine="product",
)
MEMORY = Truth(
    value=100.0,
    terms=(Term(name="weights", value=8.0), Term(name="gradients", value=12.0), Term(name="activations", value=80.0)),
)


def prediction(truth: Truth, *, right: float = 2.0) -> Prediction:
    return Prediction(
        id="one", question="How many?", unit="x", low=1e-9, high=1e9, truth=lambda track: truth, mechanisms=REASONS,
        tolerance=right,
    )  # fmt: skip


def found(truth: Truth, locked: str):
    return analyse_gap(prediction(truth), Draft(value=locked, mechanism="why", confidence="guess"), truth)


@pytest.mark.parametrize(
    ("truth", "locked", "missing"),
    [
        (TRAFFIC, "6", {"rounds": 10.0}),  # one round instead of ten
        (TRAFFIC, "3", {"rounds": 10.0, "directions": 2.0}),  # one round, one direction
        (MEMORY, "20", {"activations": 5.0}),  # 100 is five times what is left
        (MEMORY, "7.5", {"gradients": 1 / 0.88, "activations": 5.0}),  # weights alone: inference
    ],
)
def test_what_was_left_out_is_named_with_its_factor(truth: Truth, locked: str, missing: dict[str, float]) -> None:
    said = found(truth, locked)
    assert said.kind == "left out"
    assert dict(said.terms) == pytest.approx(missing)
    assert all(name in said.sentence for name in missing)


def test_the_sentence_gives_the_value_without_them_and_the_factor_of_all() -> None:
    said = found(TRAFFIC, "3.3").sentence
    assert "gives 3×" in said
    assert "the 3.3× you locked" in said
    assert "a factor of 20×" in said


@pytest.mark.parametrize("locked", ["60", "31", "119"])
def test_a_right_answer_left_nothing_out(locked: str) -> None:
    assert found(TRAFFIC, locked) is None


@pytest.mark.parametrize(("truth", "locked", "term"), [(TRAFFIC, "610", "rounds"), (MEMORY, "178", "activations")])
def test_a_term_counted_twice_is_named(truth: Truth, locked: str, term: str) -> None:
    """600 is 60 with the ten rounds once more, 180 is 100 with the 80 of the activations once more."""
    said = analyse_gap(prediction(truth, right=1.5), Draft(value=locked, mechanism="why", confidence="guess"), truth)
    assert said.kind == "counted twice"
    assert [name for name, _ in said.terms] == [term]
    assert f"With {term} counted twice" in said.sentence


@pytest.mark.parametrize(
    ("truth", "locked"),
    [
        (TRAFFIC, "4000"),
        (TRAFFIC, "1000"),
        (MEMORY, "40"),
    ],
)
def test_where_no_term_explains_the_gap_nothing_is_said(truth: Truth, locked: str) -> None:
    assert found(truth, locked) is None


def test_over_a_sum_of_zeros_nothing_is_said() -> None:
    """That no term explains a gap tells nobody anything."""
    nothing = Truth(value=0.0, terms=(Term(name="before", value=0.0), Term(name="after", value=0.0)))
    points = replace(prediction(nothing), right="points", low=-100.0, tolerance=1.0)
    assert analyse_gap(points, Draft(value="5", mechanism="why", confidence="guess"), nothing) is None


def test_terms_below_one_explain_what_is_too_high() -> None:
    """Who forgets that one device in a hundred takes part answers a hundred times too much."""
    shared = Truth(value=0.2, terms=(Term(name="size", value=20.0), Term(name="share", value=0.01)), combine="product")
    assert dict(found(shared, "20").terms) == {"share": 0.01}


def test_one_term_or_an_option_is_not_analysed() -> None:
    single = Truth(value=40.0, terms=(Term(name="all", value=40.0),), combine="product")
    assert found(single, "1") is None
    chosen = Prediction(
        id="one", question="Which?", truth=lambda track: Truth(value="a"), mechanisms=REASONS,
        options=(Option(id="a", text="A", feedback="a"), Option(id="b", text="B", feedback="b")),
    )  # fmt: skip
    assert analyse_gap(chosen, Draft(value="b", mechanism="why", confidence="guess"), Truth(value="a")) is None


@given(st.floats(min_value=1e-6, max_value=1e6))
def test_what_is_said_leads_to_within_a_tenth_of_the_lock(locked: float) -> None:
    for truth in (TRAFFIC, MEMORY):
        said = found(truth, repr(locked))
        if said is None:
            continue
        named, total = {name for name, _ in said.terms}, math.prod if truth.combine == "product" else math.fsum
        kept = [term.value for term in truth.terms if said.kind == "counted twice" or term.name not in named]
        again = [term.value for term in truth.terms if said.kind == "counted twice" and term.name in named]
        assert total([*kept, *again]) == pytest.approx(locked, rel=0.11)


def test_the_reveal_marks_the_rows_that_were_left_out(student: Student) -> None:
    key = "edge_guardian/paradox"
    bench = student.bench(key)
    (item,) = bench.predictions
    truth = bench.truth(student.registry.track("edge_guardian"), item)
    rounds = next(term for term in truth.terms if "Rounds" in term.name)
    student.lock(key, item, value=repr(truth.value / rounds.value / 2))
    shown = said(student.page(f"/{key}"))
    assert "What your lock left out." in shown
    assert "Without rounds a day" in shown
    assert f"left out: {in_words(rounds.value, 'x')}" in shown
