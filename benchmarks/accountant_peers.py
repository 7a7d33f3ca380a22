"""Peers of the privacy accountant: opacus and dp-accounting with the orders that each of them takes by default."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

Answer = Callable[[float], float]


def of(package: str, *, sampling_rate: float, rounds: int, delta: float) -> tuple[Answer, Answer]:
    """Return epsilon by noise multiplier, and noise multiplier by epsilon, of one package's RDP accountant."""
    make = {"opacus": _opacus, "dp_accounting": _dp_accounting}[package]
    return make(sampling_rate, rounds, delta)


def _opacus(sampling_rate: float, rounds: int, delta: float) -> tuple[Answer, Answer]:
    from opacus.accountants import RDPAccountant
    from opacus.accountants.utils import get_noise_multiplier

    def epsilon(noise: float) -> float:
        accountant = RDPAccountant()
        accountant.history = [(noise, sampling_rate, rounds)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says when its best order is the last of its grid
            return float(accountant.get_epsilon(delta))

    def noise(budget: float) -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = get_noise_multiplier(
                target_epsilon=budget,
                target_delta=delta,
                sample_rate=sampling_rate,
                steps=rounds,
                accountant="rdp",
                epsilon_tolerance=1e-4,
            )
        return float(found)

    return epsilon, noise


def _event(noise: float, sampling_rate: float, rounds: int) -> Any:
    import dp_accounting

    once = dp_accounting.PoissonSampledDpEvent(sampling_rate, dp_accounting.GaussianDpEvent(noise))
    return dp_accounting.SelfComposedDpEvent(once, rounds)


def _dp_accounting(sampling_rate: float, rounds: int, delta: float) -> tuple[Answer, Answer]:
    import dp_accounting
    from dp_accounting.rdp import RdpAccountant

    def epsilon(noise: float) -> float:
        return float(RdpAccountant().compose(_event(noise, sampling_rate, rounds)).get_epsilon(delta))

    def noise(budget: float) -> float:
        found = dp_accounting.calibrate_dp_mechanism(
            RdpAccountant,
            lambda z: _event(z, sampling_rate, rounds),
            budget,
            delta,
            dp_accounting.LowerEndpointAndGuess(0.3, 1.0),
            tol=1e-4,
        )
        return float(found)

    return epsilon, noise


def loss_distribution(*, sampling_rate: float, rounds: int, delta: float) -> Answer:
    """Return epsilon by noise multiplier of dp-accounting's privacy loss distribution, the tightest there is."""
    from dp_accounting.pld import PLDAccountant

    def epsilon(noise: float) -> float:
        return float(PLDAccountant().compose(_event(noise, sampling_rate, rounds)).get_epsilon(delta))

    return epsilon
