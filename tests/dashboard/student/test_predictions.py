"""A prediction as typed: read tolerantly, refused in a sentence, and held against the truth in its own measure."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.student.predictions import Draft, doubt, draft_from, echo, gap, problems
from tracks.api.controls import Option
from tracks.api.teaching import Prediction, Truth

REASONS = (Option(id="size", text="the model is large"), Option(id="rate", text="the link is slow"))
ANSWERS = (Option(id="slow", text="the slowest link"), Option(id="large", text="the largest device"))
WHOLE = {"mechanism": "size", "confidence": "guess"}


def asked(unit: str = "B", low: float = 1e-12, high: float = 1e18, **more) -> Prediction:
    common = {"id": "q", "question": "How much?", "truth": lambda _: Truth(value=1.0), "mechanisms": REASONS}
    return Prediction(**common, unit=unit, low=low, high=high, **more)


def chosen() -> Prediction:
    return asked("", -math.inf, math.inf, options=ANSWERS)


def locked(prediction: Prediction, value: str, truth: float | str):
    return gap(prediction, Draft(value=value, **WHOLE), Truth(value=truth))


class TestTolerantNumbers:
    @pytest.mark.parametrize(
        ("text", "unit", "number"),
        [
            # what the course promises to read
            ("2048", "x", 2048),
            ("2 048", "x", 2048),
            ("2e3", "x", 2000),
            ("2 GB", "B", 2e9),
            # and what hands do beside it
            (" 2gb ", "B", 2e9),
            ("2,048", "x", 2048),
            ("0,5", "x", 0.5),
            ("0.5×", "x", 0.5),
            ("3 times", "x", 3),
            ("2.6×10^-6", "x", 2.6e-6),
            # three digits behind a point or a comma are no thousands before a power of ten
            ("2.555e-6", "x", 2.555e-6),
            ("2,555e-6", "x", 2.555e-6),
            ("2.555 × 10⁻⁶", "x", 2.555e-6),
            ("2.555×10^-6", "x", 2.555e-6),
            ("1.234,5", "x", 1234.5),
            ("1.234.567", "x", 1234567),
            ("512 KiB", "iB", 2**19),
            ("10 min", "s", 600),
            ("5", "share", 0.05),
            ("5 %", "share", 0.05),
            ("-3 points", "points", -3),
        ],
    )
    def test_it_is_read_in_the_questions_unit(self, text: str, unit: str, number: float) -> None:
        prediction = asked(unit, -math.inf if unit == "points" else 1e-12, right="points")
        draft = draft_from({"value": text, **WHOLE})
        assert problems(prediction, draft) == {}
        assert draft.number(prediction) == pytest.approx(number)

    @given(st.floats(min_value=1e-9, max_value=1e17))
    def test_what_the_review_says_is_read_back_as_what_it_says(self, number: float) -> None:
        """Else a student who copies the lab's own spelling would lock another number."""
        prediction = asked("B")
        words = Draft(value=repr(number), **WHOLE).answer_in_words(prediction)
        assert Draft(value=words, **WHOLE).answer_in_words(prediction) == words


class TestEcho:
    def test_it_repeats_the_number_with_its_prefix(self) -> None:
        assert echo(asked("B"), "2000 MB") == "Read as 2\u00a0GB"
        assert echo(asked("share"), "5") == "Read as 5%"

    @pytest.mark.parametrize("text", ["", "  ", None, 7, ["2"]])
    def test_it_is_silent_on_nothing(self, text) -> None:
        assert echo(asked("B"), text) == ""

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("many", "No number"),
            ("2 parsec", "not a unit"),
            ("1e300 B", "above"),
            ("-1 B", "below"),
            ("9" * 57 + " B", "above"),
            ("1.000 MB", "“1.000” is 1000 to some and 1 to others"),
            ("1.500", "“1.500” is 1500 to some and 1.5 to others"),
            ("800", "800 of what? Write 800 MB or 800 GB."),
            ("5 Mb", "counts bits"),
            ("9" * 99, "longer than"),
        ],
    )
    def test_it_says_why_it_cannot(self, text: str, says: str) -> None:
        assert says in echo(asked("B"), text)

    def test_the_units_that_it_names_are_near_what_the_question_compares_with(self) -> None:
        """On a device with 512 KiB nobody means 1000 GB."""
        small = replace(asked("iB", 1.0), reference=("its RAM", 512 * 1024.0, 1000.0))
        assert echo(small, "1000") == "1000 of what? Write 1000 KiB or 1000 MiB."

    @pytest.mark.parametrize(("low", "high", "text", "says"), [
        (0, math.inf, "-5", "−5\u00a0points lies below 0\u00a0points"),
        (-math.inf, 100, "150", "+150\u00a0points lies above +100\u00a0points"),
    ])  # fmt: skip
    def test_a_range_with_one_end_names_that_end(self, low: float, high: float, text: str, says: str) -> None:
        assert says in echo(asked("points", low, high, right="points"), text)

    def test_the_ends_themselves_are_answers(self) -> None:
        prediction = asked("B", 10, 20)
        assert [bool(problems(prediction, Draft(value=v, **WHOLE))) for v in ("9.99 B", "10 B", "20 B", "20.1 B")] == [
            True, False, False, True,
        ]  # fmt: skip


class TestProblems:
    def test_each_missing_part_is_named_by_itself(self) -> None:
        whole = Draft(value="3 B", **WHOLE)
        assert problems(asked(), whole) == {}
        assert set(problems(asked(), Draft())) == {"value", "mechanism", "confidence"}
        for part in ("value", "mechanism", "confidence"):
            assert set(problems(asked(), draft_from({**whole.as_dict(), part: None}))) == {part}
            assert set(problems(asked(), draft_from({**whole.as_dict(), part: "nonsense"}))) == {part}

    def test_an_option_has_to_be_one_of_them(self) -> None:
        assert problems(chosen(), Draft(value="slow", **WHOLE)) == {}
        assert set(problems(chosen(), Draft(value="slowest", **WHOLE))) == {"value"}

    def test_nothing_is_chosen_for_the_student(self) -> None:  # L5
        assert draft_from({}) == Draft(value=None, mechanism=None, confidence=None)


class TestDoubt:
    """An implausible number is asked about, once the card is whole; what is possible at all is never refused for it."""

    DAY = ("a day", 86_400.0, 1000.0)

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("5 s", "“5 s” is 17\u202f300 times less than a day. Lock it anyway?"),
            ("500 years", "“500 years” is 183\u202f000 times more than a day. Lock it anyway?"),
            ("86.4 s", ""),
            ("86400000 s", ""),
        ],
    )
    def test_it_compares_with_what_the_question_names(self, text: str, says: str) -> None:
        prediction = asked("s", reference=self.DAY)
        draft = Draft(value=text, **WHOLE)
        assert problems(prediction, draft) == {}
        assert doubt(prediction, draft) == says

    def test_the_question_is_kept_with_the_lock(self) -> None:
        prediction = asked("s", reference=self.DAY)
        kept = Draft(value="5 s", **WHOLE).as_locked(prediction)
        assert kept["doubt"].endswith("Lock it anyway?")
        assert "doubt" not in Draft(value="5 h", **WHOLE).as_locked(prediction)

    def test_without_a_reference_nothing_is_asked(self) -> None:
        assert doubt(asked("s"), Draft(value="500 years", **WHOLE)) == ""
        assert doubt(chosen(), Draft(value="slow", **WHOLE)) == ""


class TestDraftFromOutside:
    @pytest.mark.parametrize(
        "parts", [None, 7, "x", [], [("value", "3")], {"value": {}}, {"value": [3]}, {"value": True}]
    )
    def test_what_is_no_entry_counts_as_nothing(self, parts) -> None:
        assert draft_from(parts) == Draft()

    def test_a_number_is_taken_as_typed_and_an_essay_is_not(self) -> None:
        assert draft_from({"value": 2.5}).value == "2.5"
        assert draft_from({"value": "1" * 40}).value == "1" * 40
        assert draft_from({"value": "1" * 41}).value is None

    def test_it_survives_the_ledgers_json(self) -> None:
        draft = Draft(value="2 GB", **WHOLE)
        assert draft_from({**draft.as_dict(), "answer": "2 GB"}) == draft


class TestGapInEachMeasure:
    """The reveal speaks in the measure of the question, never as a bare right or wrong."""

    @pytest.mark.parametrize(
        ("right", "tolerance", "unit", "value", "truth", "headline", "is_right"),
        [
            # factor, the same both ways; the boundary itself is right
            ("factor", 2, "x", "10", 38.0, "3.8× low", False),
            ("factor", 2, "x", "38", 10.0, "3.8× high", False),
            ("factor", 2, "x", "20", 10.0, "2× high", True),
            ("factor", 2, "x", "5", 10.0, "2× low", True),
            ("factor", 2, "x", "20.1", 10.0, "2.01× high", False),
            ("factor", 2, "x", "0.1282", 0.0641, "2× high", True),
            ("factor", 2, "x", "1000", 400e6, "400\u202f000× low", False),  # the keyboard, as once keyed
            # decades, told as the factor they are
            ("decade", 0.5, "s", "1", 3.0, "3× low", True),
            ("decade", 0.5, "s", "1", 3.3, "3.3× low", False),
            ("decade", 1, "s", "100", 10.0, "10× high", True),
            # relative, for sums
            ("relative", 0.2, "B", "120", 100.0, "20% high", True),
            ("relative", 0.2, "B", "80", 100.0, "20% low", True),
            ("relative", 0.2, "B", "121", 100.0, "21% high", False),
            ("relative", 0.2, "points", "-80", -100.0, "20% high", True),
            # points, where the truth may be nothing at all
            ("points", 1, "points", "4", 0.0, "4 points high", False),
            ("points", 1, "points", "1", 0.0, "1 point high", True),
            ("points", 1, "points", "-1.01", 0.0, "1.01 points low", False),
            # a share is asked in percent, so its points are hundredths
            ("points", 1, "share", "91", 0.83, "8 points high", False),
            ("points", 1, "share", "84", 0.83, "1 point high", True),
        ],
    )
    def test_headline_and_whether_it_is_right(  # L10
        self, right, tolerance, unit, value, truth, headline, is_right
    ) -> None:
        low = 1e-12 if right in ("factor", "decade") else -math.inf
        found = locked(asked(unit, low, right=right, tolerance=tolerance), value, truth)
        assert (found.headline, found.right) == (headline, is_right)

    @pytest.mark.parametrize(("right", "tolerance"), [("factor", 1), ("decade", 0), ("relative", 0), ("points", 0)])
    def test_three_digits_of_the_truth_are_as_computed_however_strict_the_measure(self, right, tolerance) -> None:
        """Nobody can type more digits than the lab shows, so what reads the same is right."""
        prediction = asked("x", right=right, tolerance=tolerance)
        found = locked(prediction, "5.24", 5.24288 if right != "points" else 5.24001)
        assert (found.headline, found.right) == ("as computed", True)

    @given(
        st.floats(min_value=1e-6, max_value=1e6),
        st.floats(min_value=1e-6, max_value=1e6),
        st.sampled_from([("factor", 2.0), ("decade", 0.5)]),
    )
    def test_a_factor_is_the_same_seen_from_either_side(self, one: float, other: float, measure) -> None:
        prediction = asked("x", right=measure[0], tolerance=measure[1])
        there, back = locked(prediction, repr(one), other), locked(prediction, repr(other), one)
        assert there.right == back.right
        assert there.headline.replace("high", "low") == back.headline.replace("high", "low")

    def test_the_sentence_has_both_numbers_in_one_unit(self) -> None:
        assert locked(asked("B"), "2 GB", 4e9).sentence == "You locked 2\u00a0GB; the same physics computes 4\u00a0GB."

    def test_an_option_is_told_by_its_text(self) -> None:
        wrong, right = locked(chosen(), "large", "slow"), locked(chosen(), "slow", "slow")
        assert (wrong.headline, wrong.right) == ("the slowest link", False)
        assert wrong.sentence == "You locked “the largest device”."
        assert (right.headline, right.right) == ("the slowest link", True)
        assert right.sentence == "You locked the same."
