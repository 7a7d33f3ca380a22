"""The demonstration of two clients says what the closed form says, at every position of its sliders."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracks.missions.convergence.demonstration import DEMONSTRATION, two_clients

START = DEMONSTRATION.defaults()
values = st.tuples(*(st.sampled_from(slider.positions(9)) for slider in DEMONSTRATION.sliders)).map(
    lambda positions: dict(zip(START, positions, strict=True))
)


def rows(state):
    return {name: numbers for name, *numbers in DEMONSTRATION.drawn(state).table().rows}


@settings(max_examples=60)
@given(values)
def test_the_best_model_is_the_lowest_point_and_the_rounds_lie_between_it_and_the_average(state):
    clients, marks = two_clients(**state), rows(state)
    (average, _, _), (settled, loss, above), (best, least, _) = (
        marks[name] for name in ("plain average", "rounds settle", "best")
    )
    assert average - 1e-12 <= settled <= best + 1e-12  # client 2, to the right, has the larger curvature
    assert loss - least == pytest.approx(above, abs=1e-12)
    assert min(clients.average_loss(best - 0.01), clients.average_loss(best + 0.01)) > least
    drawn = {trace["name"]: trace for trace in DEMONSTRATION.drawn(state).figure()["data"]}
    assert float(drawn["rounds settle"]["x"][0]) == pytest.approx(settled, abs=1e-5)
    assert float(drawn["average loss"]["y"].min()) == pytest.approx(least, abs=2e-3)


@settings(max_examples=60)
@given(values)
def test_the_sentence_names_the_bias_and_says_when_there_is_none(state):
    sentence = DEMONSTRATION.drawn(state).summary
    alike = state["local_steps"] == 1 or state["curvature_ratio"] == 1 or state["distance"] == 0
    assert sentence.startswith("0 bias: ") == alike
    bias = rows(state)["rounds settle"][2]
    if alike:
        assert bias < 1e-25
        return
    if bias > 0.001:  # below, the number is written with a power of ten
        assert float(re.match(r"\S+", sentence)[0]) == pytest.approx(bias, rel=0.006)
    assert "vanishes with one local step, equal curvatures or equal best models" in sentence


def test_more_steps_a_larger_step_and_clients_further_apart_cost_more():
    bias = {}
    for name, more in (("local_steps", 60), ("learning_rate", 0.3), ("distance", 4)):
        bias[name] = rows(START | {name: more})["rounds settle"][2]
    assert min(bias.values()) > rows(START)["rounds settle"][2] > 0.05
