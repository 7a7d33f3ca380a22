import math
from itertools import pairwise

import pytest

from tests.tracks.api.one_bench import check_keeps_its_words, check_refused
from tracks.api.checks import SpecError
from tracks.api.declared import Ablation, Again
from tracks.api.demonstration import Peek, PeekLine
from tracks.api.teaching import (
    CONFIDENCE,
    MEASURES,
    Brief,
    Option,
    Prediction,
    Question,
    Reflection,
    Term,
    Truth,
)

ANSWERS = (Option(id="a", text="It grows.", feedback="No: ..."), Option(id="b", text="It falls.", feedback="Yes: ..."))
BRIEF = {"speaker": "Safety lead", "text": "Each vehicle gathers 4 TB a day.", "short": "Move which?"}
QUESTION = {"id": "seen", "text": "What did the figure show?", "options": ANSWERS, "answer": "b"}
TERM = {"name": "down-link", "value": 2.0}
TRUTH = {"value": 6.0, "terms": (Term(name="down", value=2), Term(name="up", value=4))}
PREDICTION = {
    "id": "ratio", "question": "How many times?", "unit": "x", "low": 1e-9, "high": 1e9,
    "truth": lambda track: Truth(value=4e5), "mechanisms": ANSWERS,
}  # fmt: skip
REFLECTION = {
    "prompt": "What, why, what else?", "rubric": ("names one quantity", "has a number", "says why", "says what else"),
    "model_answer": "m", "weak_sample": "w", "strong_sample": "s",
}  # fmt: skip
LINE = {"name": "Round", "equation": "B = n (d + u)", "numbers": "4 PB = ...", "source": "McMahan et al. 2017"}
PEEK = {"lines": (PeekLine(**LINE),), "leaves_out": "Retries."}
AGAIN = {"values": {"share": (0.1, 0.5), "rounds": (1, 10, 100)}}
ABLATION = {"name": "Without noise", "values": {"noise": "none"}, "readings": ("accuracy",)}
KINDS = {
    Ablation: ABLATION,
    Brief: BRIEF, Question: QUESTION, Term: TERM, Truth: TRUTH, Prediction: PREDICTION, Reflection: REFLECTION,
    PeekLine: LINE, Peek: PEEK, Again: AGAIN,
}  # fmt: skip

NONSENSE = [
    # a message needs somebody who sends it
    (Brief, {"speaker": ""}, "Brief: speaker must be a non-empty text"),
    (Brief, {"text": None}, "Brief: text must be a non-empty text"),
    (Brief, {"short": " "}, "Brief: short must be a non-empty text"),
    (Brief, {"invariant": None}, "Brief: invariant must be a text"),
    # a question must have an answer among its options, and say why to each of them
    (Question, {"id": "What?"}, "Question: id 'What[?]' must be lower-case"),
    (Question, {"text": ""}, "Question 'seen': text must be"),
    (Question, {"options": list(ANSWERS)}, "options must be a tuple of Option"),
    (Question, {"options": ANSWERS[1:]}, "needs two options or more, got 1"),
    (Question, {"options": (*ANSWERS, ANSWERS[0])}, "options has 'a' twice"),
    (Question, {"answer": "c"}, "answer 'c' is not one of a, b"),
    (Question, {"options": (ANSWERS[1], Option(id="c", text="?"))}, "option 'c' has no feedback; say why"),
    # the terms of a truth must give its value, or the gap analysis names the wrong term
    (Term, {"name": ""}, "Term: name must be"),
    (Term, {"value": math.nan}, "Term 'down-link': value must be a finite number"),
    (Truth, {"value": math.inf, "terms": ()}, "Truth: value must be a finite number, got inf"),
    (Truth, {"value": True, "terms": ()}, "Truth: value must be a finite number, got True"),
    (Truth, {"value": "", "terms": ()}, "Truth: value must be a non-empty text"),
    (Truth, {"value": 7.0}, "its terms make 6, not 7"),
    (Truth, {"combine": "product"}, "its terms make 8, not 6"),
    (Truth, {"combine": "mean"}, "combine 'mean' is not one of sum, product"),
    (Truth, {"terms": (2, 4)}, "terms must be a tuple of Term"),
    (Truth, {"interval": (7, 5)}, r"interval must be \(low, high\) or None, got \(7, 5\)"),
    (Truth, {"interval": (5, 6, 7)}, "interval must be"),
    (Truth, {"interval": (math.nan, 6)}, "interval must be"),
    (Truth, {"interval": 6}, "interval must be a tuple of"),
    # a prediction is asked, answered and measured
    (Prediction, {"id": ""}, "Prediction: id '' must be lower-case"),
    (Prediction, {"question": ""}, "Prediction 'ratio': question must be"),
    (Prediction, {"truth": 4e5}, "truth must be a function"),
    (Prediction, {"marks": {}}, "marks must be a function"),
    (Prediction, {"mechanisms": ("size",)}, "mechanisms must be a tuple of Option"),
    (Prediction, {"mechanisms": ANSWERS * 2}, "mechanisms has 'a' twice"),
    (Prediction, {"options": ANSWERS * 2}, "options has 'a' twice"),
    (Prediction, {"options": ANSWERS[:1]}, "one option leaves no choice"),
    (Prediction, {"given": ["fleet"]}, "given must be a tuple"),
    (Prediction, {"scenario": [("share", 0.01)]}, "scenario must be a mapping from names"),
    (Prediction, {"scenario": {1: 0.01}}, "scenario must be a mapping from names"),
    (Prediction, {"low": None}, "low must be a number, got None"),
    (Prediction, {"high": "9"}, "high must be a number, got '9'"),
    (Prediction, {"low": 1e9}, r"low 1e\+09 must be below high 1e\+09"),
    (Prediction, {"low": math.nan}, "low nan must be below high"),
    (Prediction, {"right": "close"}, "right 'close' is not one of factor, relative, points, decade"),
    # 0 is infinitely many factors away from anything
    (Prediction, {"low": 0}, "measured as a factor, it needs low above 0, got 0"),
    (Prediction, {"low": -1, "right": "decade"}, "measured as a decade, it needs low above 0"),
    # nothing at all lies within a factor below 1
    (Prediction, {"tolerance": 0.5}, "tolerance 0.5 is below 1"),
    (Prediction, {"tolerance": -1, "right": "points"}, r"tolerance -1 is outside 0\.\."),
    # asked again needs other numbers, and a number
    (Prediction, {"again": {"share": (0.1,)}}, "again must be an Again"),
    (Prediction, {"again": Again(**AGAIN), "options": ANSWERS}, "again gives other numbers, but it asks for one of"),
    (Again, {"values": {}}, "Again: values names no control"),
    (Again, {"values": {"share": ()}}, "Again: values of 'share' are none"),
    (Again, {"values": {"share": [0.1]}}, "values of 'share' must be a tuple of"),
    (Again, {"question": None}, "question must be a text"),
    # the page has room for four points of a rubric
    (Reflection, {"rubric": ("one", "two")}, "the rubric has 2 points; it needs four"),
    (Reflection, {"rubric": "four"}, "rubric must be a tuple of str"),
    (Reflection, {"prompt": ""}, "prompt must be a non-empty text"),
    (Reflection, {"model_answer": ""}, "model_answer must be a non-empty text"),
    (Reflection, {"weak_sample": None}, "weak_sample must be a non-empty text"),
    (Reflection, {"strong_sample": ""}, "strong_sample must be a non-empty text"),
    (Reflection, {"check": "why?"}, "check must be a Question, got 'why[?]'"),
    (Reflection, {"ablation": "noise"}, "ablation must be an Ablation, got 'noise'"),
    (Reflection, {"defence": "why?"}, "defence must be a Reflection, got 'why[?]'"),
    (Reflection, {"defence": Reflection(**REFLECTION, ablation=Ablation(**ABLATION))}, "defence is two fields alone"),
    # a design without one of its parts
    (Ablation, {"name": ""}, "Ablation: name must be a non-empty text"),
    (Ablation, {"values": {}}, "it needs the values that take a part away"),
    (Ablation, {"readings": "accuracy"}, "readings must be a tuple of str"),
    # an equation without a source is a claim
    (PeekLine, {"source": ""}, "PeekLine 'Round': source must be a non-empty text"),
    (PeekLine, {"numbers": ""}, "numbers must be a non-empty text"),
    (PeekLine, {"equation": None}, "equation must be a non-empty text"),
    (PeekLine, {"name": ""}, "name must be a non-empty text"),
    # and no model leaves nothing out
    (Peek, {"leaves_out": ""}, "Peek: leaves_out must be a non-empty text"),
    (Peek, {"lines": ("B = n (d + u)",)}, "Peek: lines must be a tuple of PeekLine"),
]


@pytest.mark.parametrize(("kind", "change", "words"), NONSENSE, ids=lambda value: str(value)[:40])
def test_nonsense_is_refused_with_a_sentence_that_names_it(kind, change, words):
    check_refused(kind, KINDS[kind] | change, words)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_words_never_change_and_are_never_made_by_position(kind):
    check_keeps_its_words(kind, KINDS[kind])


@pytest.mark.parametrize(
    "words",
    [
        {"value": 6.0},
        {"value": "federated"},  # the right option of a choice
        {"value": 8.0, "terms": (Term(name="a", value=2), Term(name="b", value=4)), "combine": "product"},
        {"value": 0.3, "terms": tuple(Term(name=n, value=0.1) for n in "abc")},  # .1 + .1 + .1 is not exactly .3
        {"value": 0.0, "terms": (Term(name="a", value=1.0), Term(name="b", value=-1.0))},
        {"value": 5.0, "interval": (4.0, 6.0)},
        {"value": 5.0, "interval": (5, 5)},
    ],
)
def test_a_truth_may_be_a_number_an_option_or_made_of_terms(words):
    assert Truth(**words).value == words["value"]


def test_a_prediction_keeps_its_scenario_from_later_changes():
    scenario = {"share": 0.01}
    prediction = Prediction(**PREDICTION | {"scenario": scenario})
    scenario["share"] = 0.5
    assert prediction.scenario == {"share": 0.01}
    with pytest.raises(TypeError):
        prediction.scenario["share"] = 0.5


def test_a_prediction_may_be_a_choice_without_a_range():
    assert Prediction(
        id="which", question="Which?", truth=lambda track: Truth(value="a"), mechanisms=ANSWERS, options=ANSWERS
    ).options


def test_a_question_asked_again_has_other_numbers_each_time_until_all_were_taken():
    asked = Prediction(**PREDICTION | {"scenario": {"share": 0.01, "fleet": 50}, "again": Again(**AGAIN)})
    states = [asked.again.asked(asked, number).scenario for number in range(6)]
    assert all(state["fleet"] == 50 for state in states), "what is not named stays"
    assert len({(state["share"], state["rounds"]) for state in states}) == 6
    assert all(one["share"] != other["share"] or one["rounds"] != other["rounds"] for one, other in pairwise(states))
    assert asked.again.asked(asked, 0).truth is asked.truth
    assert asked.again.asked(asked, 0).question == asked.question
    worded = Prediction(**PREDICTION | {"again": Again(**AGAIN | {"question": "How many times now?"})})
    assert worded.again.asked(worded, 3).question == "How many times now?"


def test_points_and_relative_may_be_about_zero():
    """How many points do more rounds add? About none; a factor could not be asked."""
    for right in ("points", "relative"):
        assert Prediction(**PREDICTION | {"low": -100, "high": 100, "right": right, "tolerance": 1}).low == -100


@pytest.mark.parametrize("reference", ["a day", ("a day", 1.0), ("", 1.0, 10.0), ("a day", 0.0, 10.0),
                                       ("a day", 1.0, 0.5), ("a day", math.nan, 10.0)])  # fmt: skip
def test_a_reference_is_words_a_number_and_a_factor(reference):
    with pytest.raises(SpecError, match="reference"):
        Prediction(**PREDICTION | {"reference": reference})
    assert Prediction(**PREDICTION | {"reference": ("a day", 86_400.0, 1000.0)}).reference[1] == 86_400


def test_confidence_rises_through_four_steps():
    assert [option.text for option in CONFIDENCE] == ["guess", "leaning", "fairly sure", "certain"]
    assert MEASURES == ("factor", "relative", "points", "decade")
