"""The links of the proxy fleet by hand: their spread, and the means over invitations under each rule."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracks.common.links import city_reliability, fleet_uploads, invitation, link_reliabilities


@pytest.mark.parametrize("mean", [0.2, 0.35, 0.5, 0.8, 0.95, 1.0])
def test_links_spread_around_their_mean_as_far_as_they_can(mean):
    found = link_reliabilities(mean)
    assert found.mean() == pytest.approx(mean, abs=1e-12)
    assert (found.min(), found.max()) == pytest.approx((max(0.0, 2 * mean - 1), min(1.0, 2 * mean)), abs=1e-12)
    cities = [city_reliability(mean, city) for city in range(5)]
    assert cities == sorted(cities, reverse=True)
    spread = min(mean, 1 - mean)
    assert cities[0] - cities[-1] == pytest.approx(spread)
    assert np.ptp(found[:10]) == pytest.approx(spread)


@settings(max_examples=40)
@given(
    clients=st.integers(2, 50),
    reliability=st.sampled_from([0.2, 0.5, 0.8, 1.0]),
    attempts=st.integers(1, 4),
    selection=st.sampled_from(["random", "reliable_first", "city_balanced"]),
)
def test_an_invitation_comes_to_what_its_clients_links_make_of_it(clients, reliability, attempts, selection):
    found, each = invitation(clients, reliability, attempts, selection), fleet_uploads(reliability, attempts)
    r = link_reliabilities(reliability)
    assert each.delivered == pytest.approx(1 - (1 - r) ** attempts)
    tries = sum((1 - r) ** n for n in range(attempts))  # one more for each failure before
    assert each.attempts == pytest.approx(tries)
    if selection == "reliable_first":
        who = np.argsort(-r, kind="stable")[:clients]
        assert found.busiest == (1 if reliability < 1 else clients / 50)
        weights = np.isin(np.arange(50), who) if len(set(np.sort(r)[-clients - 1 :])) == clients + 1 else None
    else:
        assert found.busiest == pytest.approx(clients / 50)
        weights = np.ones(50)
    if weights is not None:
        assert found.delivered == pytest.approx(np.average(each.delivered, weights=weights), abs=1e-9)
        assert found.failed == pytest.approx(1 - (weights @ each.delivered) / (weights @ each.attempts), abs=1e-9)


def test_a_fifth_fails_exactly_at_a_reliability_of_four_fifths():
    assert invitation(25, 0.8, 1, "random").failed == 0.2
    assert invitation(7, 0.8, 1, "city_balanced").failed == 0.2


def test_retries_fail_more_because_poor_links_make_most_of_them():
    failed = [invitation(25, 0.8, attempts, "random").failed for attempts in (1, 2, 3, 4)]
    assert failed == sorted(failed)
    assert failed[1] == pytest.approx(0.2076, abs=1e-4)
