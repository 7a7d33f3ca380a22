"""A score is the mean of a window that ends at its round."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracks.common.scoring import scores, window_of


@settings(max_examples=30)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=130))
def test_a_score_is_the_mean_of_the_last_fifth_ten_rounds_at_most(curve):
    found = scores(np.array(curve))
    for end in range(len(curve)):
        window = min(10, max(1, end // 5))
        assert window_of(end) == window
        assert found[end] == pytest.approx(np.mean(curve[end + 1 - window : end + 1]), abs=1e-9)


def test_cities_are_scored_one_by_one():
    curves = np.random.default_rng(0).random((61, 5))
    found = scores(curves)
    for city in range(5):
        assert found[:, city] == pytest.approx(scores(curves[:, city]))
