"""Epsilon and sigma against two published accountants, a numerical one, 50-digit roots and papers."""

import numpy as np
import pytest

from physics.privacy import epsilon, gaussian_delta, gaussian_sigma
from tests.physics.reference.rows import on_every, rows


def name(row):
    return "-".join(f"{row[key]:.4g}" for key in ("q", "z", "T", "delta"))


def between_the_numerical_accountant_and_the_tighter_renyi_accountant(row):
    ours = epsilon(sampling_rate=row["q"], noise_multiplier=row["z"], rounds=row["T"], delta=row["delta"])
    tighter = min(row["eps_rdp_dp_accounting"], row["eps_rdp_opacus"])
    assert ours <= 1.01 * tighter
    if row["eps_pld_dp_accounting"] is not None:
        assert ours * (1 + 1e-3) >= row["eps_pld_dp_accounting"]


@on_every("row", rows("dp.subsampled_gaussian_eps"))
def test_reference_dp_subsampled_gaussian_eps(row):  # N3
    between_the_numerical_accountant_and_the_tighter_renyi_accountant(row)


@on_every("row", rows("dp.subsampled_gaussian_eps_wide"))
def test_reference_dp_subsampled_gaussian_eps_far_from_the_usual_settings(row):  # N3
    between_the_numerical_accountant_and_the_tighter_renyi_accountant(row)


def test_both_bounds_of_the_reference_are_near_enough_to_catch_a_wrong_formula():
    """An error of 10% in either direction breaks a bound somewhere, so the two tests above can fail."""
    every = rows("dp.subsampled_gaussian_eps")
    ours = np.array(
        [epsilon(sampling_rate=r["q"], noise_multiplier=r["z"], rounds=r["T"], delta=r["delta"]) for r in every]
    )
    tighter = np.array([min(r["eps_rdp_dp_accounting"], r["eps_rdp_opacus"]) for r in every])
    numerical = np.array([r["eps_pld_dp_accounting"] for r in every])
    assert (1.1 * ours > 1.01 * tighter).all(where=ours / tighter > 0.95)
    assert (ours / 1.1 < numerical).any()


@on_every("row", rows("dp.published_points"))
def test_reference_dp_published_points(row):  # N3
    point = {
        "sampling_rate": row["q"],
        "noise_multiplier": row["z"],
        "rounds": row["T"],
        "delta": row["delta"],
    }
    old = epsilon(**point, conversion="mironov", orders="integer")
    assert old == pytest.approx(row["computed_old_conversion"], rel=1e-9)  # tolerance of the group: 0.5%
    assert old == pytest.approx(row["published_eps"], rel=5e-3)
    new = epsilon(**point, orders="integer")
    assert new == pytest.approx(row["computed_new_conversion_integer_orders"], rel=1e-9)
    assert epsilon(**point) <= new <= old


@on_every("row", rows("dp.gaussian_mechanism_sigma"))
def test_reference_dp_gaussian_mechanism_sigma(row):
    analytic = gaussian_sigma(row["eps"], row["delta"], sensitivity=row["sensitivity"])
    assert analytic == pytest.approx(row["sigma_analytic_mpmath"], rel=1e-11)  # tolerance of the group: 1e-6
    assert analytic == pytest.approx(row["sigma_analytic_dp_accounting"], rel=1e-6)
    classical = gaussian_sigma(row["eps"], row["delta"], method="classical")
    assert classical == pytest.approx(row["sigma_classical"], rel=1e-12)
    assert gaussian_delta(classical, epsilon=row["eps"]) == pytest.approx(row["classical_actual_delta"], rel=1e-9)


@pytest.mark.parametrize(("rate", "spent"), [(1.0, 11.1), (0.1, 0.87), (0.01, 0.072)])
def test_noise_for_epsilon_one_once_spends_other_amounts_over_a_hundred_rounds(rate, spent):  # N3
    once = gaussian_sigma(1, 1e-5, method="classical")
    assert once == pytest.approx(4.845, abs=5e-4)
    total = epsilon(sampling_rate=rate, noise_multiplier=once, rounds=100, delta=1e-5)
    assert total == pytest.approx(spent, rel=0.01)


def test_a_thousand_rounds_with_a_tenth_of_the_clients_cost_less_than_a_hundred_with_all():
    few = epsilon(sampling_rate=0.1, noise_multiplier=4.845, rounds=1000, delta=1e-5)
    all_of_them = epsilon(sampling_rate=1, noise_multiplier=4.845, rounds=100, delta=1e-5)
    assert few < 0.3 * all_of_them


def test_the_classical_sigma_is_unsafe_at_epsilon_ten():
    sigma = gaussian_sigma(10, 1e-5, method="classical")
    assert gaussian_delta(sigma, epsilon=10) == pytest.approx(2.27e-5, rel=5e-3)
    assert sigma < gaussian_sigma(10, 1e-5)
