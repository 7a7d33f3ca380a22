import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln, log_ndtr

from physics import traffic
from tests.physics.reference.rows import on_every, rows

# References, by group


@on_every("row", rows("comm.retry"))
def test_comm_retry_matches_monte_carlo_and_the_closed_form(row):
    outcome = traffic.retry(
        row["r"], max_attempts=row["max_attempts"], compute_j=row["e_compute_J"], transmit_j=row["e_tx_J"]
    )
    ours = (outcome.delivered, outcome.attempts, outcome.wasted)
    assert ours == pytest.approx([row["formula"][k] for k in ("p_success", "mean_attempts", "wasted")], abs=1e-12)
    assert ours == pytest.approx([row[k] for k in ("p_success", "mean_attempts", "wasted_energy_fraction")], abs=1e-3)


@on_every("row", rows("comm.overselection"))
def test_comm_overselection_matches_the_binomial_tail(row):
    ours = traffic.round_success(row["selected"], target=row["target"], dropout=row["dropout"])
    assert ours == pytest.approx(row["p_round_ok"], abs=1e-9)


@on_every("row", rows("comm.straggler_order_stats"))
def test_comm_straggler_order_stats_match_the_exact_sum_and_monte_carlo(row):
    exponential = traffic.straggler_time(row["m"], waited_for=row["k"], spread=1.0)
    assert exponential == pytest.approx(row["exp_exact"], abs=1e-9)
    lognormal = traffic.straggler_time(
        row["m"], waited_for=row["k"], spread=row["sigma_lognormal"], distribution="lognormal"
    )
    assert lognormal == pytest.approx(row["mc_mean_round_time"], rel=0.01)
    assert abs(lognormal - row["mc_mean_round_time"]) < 4 * row["mc_se"]


# Links: an explicit walk through the attempts, limits


@given(st.floats(0.001, 1), st.integers(1, 60), st.floats(0, 100), st.floats(0.01, 100))
def test_retry_agrees_with_a_walk_through_every_outcome(r, most, compute_j, transmit_j):
    delivered = attempts = spent = useful = 0.0
    still_trying = 1.0
    for attempt in range(1, most + 1):
        arrives = still_trying * r
        energy = compute_j + attempt * transmit_j
        last = attempt == most
        ends = still_trying if last else arrives
        delivered += arrives
        attempts += ends * attempt
        spent += ends * energy
        useful += arrives * (compute_j + transmit_j)
        still_trying -= arrives
    ours = traffic.retry(r, max_attempts=most, compute_j=compute_j, transmit_j=transmit_j)
    assert ours.delivered == pytest.approx(delivered, rel=1e-9)
    assert ours.attempts == pytest.approx(attempts, rel=1e-9)
    assert ours.wasted == pytest.approx(1 - useful / spent, abs=1e-9)


def test_eighty_percent_wasted_is_a_link_of_a_fifth_and_one_attempt():
    assert traffic.retry(0.2, max_attempts=1, compute_j=0, transmit_j=3).wasted == pytest.approx(0.8, abs=1e-15)
    assert traffic.retry(0.2, max_attempts=1, compute_j=9, transmit_j=3).wasted == pytest.approx(0.8, abs=1e-15)
    assert traffic.retry(0.2, max_attempts=4, compute_j=9, transmit_j=3).wasted < 0.7


def test_retry_at_the_ends_of_reliability():
    never = traffic.retry(0, max_attempts=7, compute_j=1, transmit_j=1)
    assert (never.delivered, never.attempts, never.wasted) == (0.0, 7.0, 1.0)
    nearly_never = traffic.retry(1e-300, max_attempts=7, compute_j=1, transmit_j=1)
    assert nearly_never.attempts == 7.0
    always = traffic.retry(1, max_attempts=7, compute_j=1, transmit_j=1)
    assert (always.delivered, always.attempts, always.wasted) == (1.0, 1.0, 0.0)


def test_mean_attempts_are_never_below_one_so_that_they_fit_the_traffic():
    outcome = traffic.retry(np.linspace(0, 1, 5001), max_attempts=1, compute_j=1, transmit_j=1)
    assert np.array_equal(outcome.attempts, np.ones(5001))
    assert traffic.round_traffic_bytes(1, download_bytes=1, upload_bytes=1, attempts=outcome.attempts).shape == (5001,)


def test_more_attempts_deliver_more_and_cost_more():
    outcome = traffic.retry(0.3, max_attempts=np.arange(1, 40), compute_j=5, transmit_j=1)
    assert (np.diff(outcome.delivered) > 0).all()
    assert (np.diff(outcome.attempts) > 0).all()
    assert outcome.attempts[-1] == pytest.approx(1 / 0.3, rel=1e-5)


def test_a_message_arrives_when_each_of_its_packets_does():
    for size, packets in ((1, 1), (12, 1), (13, 2), (384, 32)):
        survival = math.prod(0.97 for _ in range(packets))
        ours = traffic.message_reliability(size, packet_bytes=12, packet_error_rate=0.03)
        assert ours == pytest.approx(survival, rel=1e-12)
    assert traffic.message_reliability(0, packet_bytes=12, packet_error_rate=1) == 1
    assert traffic.message_reliability(1, packet_bytes=12, packet_error_rate=1) == 0


# P25
def test_communication_to_compute_counts_learning_that_arrives_only():
    common = {"compute_s": 30.0, "transmit_s": 12.0, "compute_j": 40.0, "transmit_j": 6.0}
    for r, most in ((1.0, 1), (0.8, 1), (0.8, 4), (0.05, 3)):
        link = traffic.retry(r, max_attempts=most, compute_j=1, transmit_j=1)
        ours = traffic.communication_to_compute(r, max_attempts=most, **common, receive_s=2.0, receive_j=1.0)
        assert ours.seconds == pytest.approx((2 + link.attempts * 12) / (link.delivered * 30), rel=1e-12)
        assert ours.joules == pytest.approx((1 + link.attempts * 6) / (link.delivered * 40), rel=1e-12)
        alone = traffic.communication_to_compute(r, max_attempts=most, **common)
        assert alone.seconds == pytest.approx(12 / (30 * r), rel=1e-12)


# P25
def test_communication_to_compute_falls_as_the_mesh_becomes_reliable():
    curve = traffic.communication_to_compute(
        np.linspace(0.05, 1, 96),
        max_attempts=3,
        compute_s=1,
        transmit_s=1,
        compute_j=1,
        transmit_j=2,
        receive_s=1,
        receive_j=1,
    )
    assert (np.diff(curve.seconds) < 0).all()
    assert (np.diff(curve.joules) < 0).all()


# Cohorts: exact sums, identities, an independent integral


@given(st.integers(1, 60), st.integers(1, 60), st.floats(0, 1))
def test_round_success_is_the_sum_over_who_reports(selected, target, dropout):
    exact = math.fsum(
        math.comb(selected, n) * (1 - dropout) ** n * dropout ** (selected - n) for n in range(target, selected + 1)
    )
    assert traffic.round_success(selected, target=target, dropout=dropout) == pytest.approx(exact, abs=1e-12)


def test_over_selection_by_a_third_makes_a_lost_round_rare():
    odds = traffic.round_success(np.arange(90, 140), target=100, dropout=0.1)
    assert (odds[:10] == 0).all()
    assert (np.diff(odds[10:]) > 0).all()
    assert odds[110 - 90] < 0.5
    assert odds[130 - 90] > 0.99999


@given(st.integers(1, 400), st.data())
def test_exponential_straggler_is_renyis_sum(selected, data):
    waited_for = data.draw(st.integers(1, selected))
    exact = 2.5 * math.fsum(1 / (selected - i) for i in range(waited_for))
    assert traffic.straggler_time(selected, waited_for=waited_for, spread=2.5) == pytest.approx(exact, rel=1e-12)


@on_every("waited_for", [1, 10, 1000])
def test_exponential_straggler_keeps_its_digits_in_a_fleet_of_a_billion(waited_for):
    exact = math.fsum(1 / (10**9 - i) for i in range(waited_for))
    assert traffic.straggler_time(1e9, waited_for=waited_for, spread=1) == pytest.approx(exact, rel=1e-12, abs=0)


@on_every("selected", [1, 2, 7, 50])
@on_every("sigma", [0.0, 0.5, 2.0])
def test_lognormal_order_statistics_add_up_to_the_mean_of_all_clients(selected, sigma):
    each = traffic.straggler_time(
        selected, waited_for=np.arange(1, selected + 1), spread=sigma, distribution="lognormal"
    )
    assert each.sum() == pytest.approx(selected * math.exp(sigma**2 / 2), rel=1e-9)


@pytest.mark.parametrize(
    ("selected", "waited_for", "sigma"),
    [
        (100, 100, 0.5), (130, 100, 0.5), (50, 40, 1), (2, 1, 5), (1000, 1, 3), (1000, 1000, 5), (300, 150, 0.3),
        (10**9, 10**9 - 1, 5), (10**9, 2, 5),  # the narrowest densities, far out on either side
    ],
)  # fmt: skip
def test_lognormal_straggler_agrees_with_adaptive_integration(selected, waited_for, sigma):
    def integrand(z):
        log_density = (waited_for - 1) * log_ndtr(z) + (selected - waited_for) * log_ndtr(-z) - z**2 / 2
        norm = betaln(waited_for, selected - waited_for + 1) + math.log(2 * math.pi) / 2
        return math.exp(log_density - norm + sigma * z)

    points = [-6, -3, -1, 0, 1, 3, 5, 6, 7]
    exact = quad(integrand, -12, 15 + sigma, epsabs=0, epsrel=1e-11, limit=500, points=points)[0]
    ours = traffic.straggler_time(selected, waited_for=waited_for, spread=sigma, distribution="lognormal")
    assert ours == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize(("distribution", "spread"), [("exponential", 1.0), ("lognormal", 0.5)])
def test_waiting_for_fewer_of_more_is_faster(distribution, spread):
    wait = traffic.straggler_time(130, waited_for=np.arange(1, 131), spread=spread, distribution=distribution)
    assert (np.diff(wait) > 0).all()
    more = traffic.straggler_time(np.arange(100, 200), waited_for=100, spread=spread, distribution=distribution)
    assert (np.diff(more) < 0).all()
