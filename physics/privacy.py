"""What noise hides one client, how much of it a budget needs, and what it costs in client updates.

Model
-----
DP-FedAvg (McMahan et al. 2018): each of N clients joins a round with probability q = m/N, its update is
clipped to length C, and the server moves the model by the sum of the updates plus noise N(0, (z C)^2) on
every coordinate, over m. Central noise on the average is z C/m per coordinate. With local noise every client
adds N(0, (z_l C)^2) to its own update and needs no trusted server. Secure aggregation of shares of noise
gives the central figure without a trusted server.

    K(a) = log E_{u ~ N(0,1)} (1 - q + q exp(u/z - 1/(2 z^2)))^a              Mironov, Talwar, Zhang 2019
    eps = min over a > 1 of (T K(a) - log(a delta))/(a - 1) + log(1 - 1/a)    Canonne, Kamath, Steinke 2020
    eps = min over a > 1 of (T K(a) - log(delta))/(a - 1)                     Mironov 2017
    eps = 0 where the total variation distance over T rounds is at most delta
    Gaussian mechanism: delta = Phi(1/(2s) - eps s) - e^eps Phi(-1/(2s) - eps s), s = sigma/sensitivity
    classical: sigma = sensitivity sqrt(2 log(1.25/delta))/eps, proven for eps < 1 only
    local: z_l = 2 sqrt(k) sigma(eps, delta), k rounds in which one client takes part

K is integrated by the trapezoid rule, exact to rounding. T enters linearly, so a curve over rounds is one
evaluation. The total variation distance is bounded by its sum over the rounds, by Pinsker's inequality and by
Bretagnolle and Huber's.

Validity
--------
Neighbours: one client added or removed (client-level privacy, the unit printed with every epsilon). Poisson
sampling; each round may depend on those before. eps is a proven upper bound, never above that of other Renyi
accountants by more than 0.3%. Numerical accountants (PLD) prove less: usually 5% to 20% less; very much less
where clients are drawn so rarely that delta nearly covers them. delta must be below 1/N, else publishing one
client in full would be allowed. The classical sigma is unsafe above eps = 1: at eps = 10 and delta 1e-5 its
true delta is 2.3e-5. Local noise protects any change of one client's update (length 2 C), central noise its
presence (length C).

Leaves out
----------
Fixed-size and shuffled cohorts, noise correlated over rounds (DP-FTRL), adaptive clipping, the budget that
tuning spends, noise lost with devices that drop out, attacks on floating-point noise. The stored client
updates come from the proxy task of `federation` and draw exactly m clients a round, where the accountant
assumes m on average. Differential privacy is a property of an algorithm, not compliance with a law.

Nomenclature
------------
epsilon | eps | 1 | privacy loss that is exceeded with probability at most about delta
delta | delta | 1 | the probability that goes with epsilon
sampling_rate | q | 1 | probability that a client joins a round, m/N
noise_multiplier | z | 1 | standard deviation of the noise on the sum, in clipping lengths C
rounds | T | 1 | rounds of training
conversion | | | from Renyi divergence to epsilon: "canonne" or the older "mironov"
orders | a | 1 | orders of the divergence: "refined", or "integer" 2 to 256 as in the published accountants
sensitivity | | 1 | greatest change of the protected value by one client
sigma | sigma | 1 | standard deviation of the Gaussian mechanism, in the unit of the sensitivity
participations | k | 1 | rounds in which one client takes part
fleet | N | 1 | clients in the fleet
alpha | alpha | 1 | Dirichlet concentration of the clients' class mixes; small is skewed
target | | 1 | accuracy to be reached
cohort | m | 1 | clients in a round
clip | C | 1 | clipping length of an update
updates | m T | 1 | updates computed by all clients together
accuracy | | 1 | accuracy on the test images

References
----------
Abadi et al. 2016, Deep learning with differential privacy, CCS, arXiv 1607.00133.
Mironov 2017, Renyi differential privacy, CSF, arXiv 1702.07476.
Balle, Wang 2018, Improving the Gaussian mechanism for differential privacy, theorem 8, arXiv 1805.06530.
McMahan et al. 2018, Learning differentially private recurrent language models, ICLR, arXiv 1710.06963.
Mironov, Talwar, Zhang 2019, Renyi differential privacy of the sampled Gaussian mechanism, arXiv 1908.10530.
Canonne, Kamath, Steinke 2020, The discrete Gaussian, proposition 12, arXiv 2004.00010.
Dwork, Roth 2014, The algorithmic foundations of differential privacy, theorem A.1.
Canonne 2022, A short note on an inequality between KL and TV, arXiv 2202.07198 (Bretagnolle, Huber).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from physics._client_updates import ClientUpdates, client_updates, minimum_client_updates
from physics._gaussian import (
    LEAST_EPSILON,
    MOST_EPSILON,
    MOST_ROUNDS,
    deltas,
    gaussian_delta,
    gaussian_sigma,
    local_noise_multiplier,
    participations_per_client,
    rates,
)
from physics._noise import LEAST_NOISE, MOST_NOISE, noise_for_budget
from physics._orders import epsilon_of_integer_orders, epsilon_of_rounds
from physics.checks import Sweep, floats, one_of, plain, together, wholes

__all__ = [
    "ClientUpdates",
    "client_updates",
    "epsilon",
    "epsilon_curve",
    "gaussian_delta",
    "gaussian_sigma",
    "local_noise_multiplier",
    "minimum_client_updates",
    "noise_multiplier",
    "participations_per_client",
]


def epsilon(
    *,
    sampling_rate: ArrayLike,
    noise_multiplier: ArrayLike,
    rounds: ArrayLike,
    delta: ArrayLike,
    conversion: Literal["canonne", "mironov"] = "canonne",
    orders: Literal["refined", "integer"] = "refined",
) -> Sweep:
    """Return the privacy loss epsilon of rounds of Poisson-sampled clients with Gaussian noise on their sum.

        eps = min over a > 1 of (T K(a) - log(a delta))/(a - 1) + log(1 - 1/a)

    Parameters
    ----------
    sampling_rate : array_like
        Probability q = m/N that a client joins a round [1], (0, 1].
    noise_multiplier : array_like
        Standard deviation of the noise on the sum over the clipping length, z [1], 0.01 to 1e6.
    rounds : array_like of whole numbers
        Rounds T [1], 0 to 1e9; none cost nothing.
    delta : array_like
        Probability delta [1], 1e-300 up to but not including 1; choose it below 1/N.
    conversion : {"canonne", "mironov"}
        "canonne" is the tighter; "mironov", (T K + log(1/delta))/(a - 1), is what papers before 2020 print.
    orders : {"refined", "integer"}
        "refined" finds the best real order, up to 1400 z; "integer" tries 2 to 256, as first accountants did.

    Returns
    -------
    float or ndarray
        epsilon [1], 0 or more, of the broadcast shape of the first four arguments.

    Raises
    ------
    ValueError
        An argument is not a number in its range, shapes do not broadcast, or a name is unknown.

    Notes
    -----
    A proven bound for adding or removing one client. With refined orders and "canonne" it is 0 where delta
    covers the total variation distance of all rounds; from there it jumps to what Renyi orders can prove.
    About 0.3 ms, and not much more for a curve over rounds.

    References
    ----------
    Mironov, Talwar, Zhang 2019; Canonne, Kamath, Steinke 2020; Mironov 2017.

    Examples
    --------
    With everybody in every round the old conversion has a closed form, T/(2 z^2) + sqrt(2 T log(1/delta))/z,
    here 0.5 + 4.7985:

    >>> round(epsilon(sampling_rate=1, noise_multiplier=10, rounds=100, delta=1e-5, conversion="mironov"), 4)
    5.2985

    The newer conversion proves less loss of the same rounds, and sampling a tenth of the clients less again:

    >>> round(epsilon(sampling_rate=1, noise_multiplier=10, rounds=100, delta=1e-5), 2)
    4.73
    >>> round(epsilon(sampling_rate=0.1, noise_multiplier=10, rounds=100, delta=1e-5), 2)
    0.38
    """
    shares, noises, counts, chances = together(
        sampling_rate=rates(sampling_rate),
        noise_multiplier=floats("noise_multiplier", noise_multiplier, low=LEAST_NOISE, high=MOST_NOISE),
        rounds=wholes("rounds", rounds, low=0, high=MOST_ROUNDS),
        delta=deltas(delta),
    )
    one_of("conversion", conversion, ("canonne", "mironov"))
    one_of("orders", orders, ("refined", "integer"))
    evaluate = epsilon_of_rounds if orders == "refined" else epsilon_of_integer_orders
    groups: dict[tuple[float, float, float], list[int]] = {}
    for index, mechanism in enumerate(
        zip(shares.ravel().tolist(), noises.ravel().tolist(), chances.ravel().tolist(), strict=True)
    ):
        groups.setdefault(mechanism, []).append(index)
    flat = counts.ravel()
    spent = np.empty(flat.shape)
    for (rate, noise, chance), where in groups.items():
        spent[where] = evaluate(rate, noise, flat[where], chance, conversion)
    return plain(spent.reshape(counts.shape))


def epsilon_curve(
    *, sampling_rate: ArrayLike, noise_multiplier: ArrayLike, rounds: ArrayLike, delta: ArrayLike
) -> Sweep:
    """Return epsilon after each of many numbers of rounds, at about the cost of one.

    Parameters
    ----------
    sampling_rate, noise_multiplier, delta : array_like
        As of `epsilon`.
    rounds : array_like of whole numbers
        Numbers of rounds T [1], 0 to 1e9, in any order.

    Returns
    -------
    ndarray
        epsilon [1] at each entry of `rounds`, equal to `epsilon` there to the last bit; a float for one
        number.

    Raises
    ------
    ValueError
        As of `epsilon`.

    Notes
    -----
    The divergences of a round add up, so one table of them serves every T.

    Examples
    --------
    Two hundred rounds cost less than twice what one hundred cost, and none cost nothing:

    >>> spent = epsilon_curve(sampling_rate=0.1, noise_multiplier=2, rounds=[0, 100, 200], delta=1e-5)
    >>> spent.round(2)
    array([0.  , 2.58, 3.68])
    """
    return epsilon(sampling_rate=sampling_rate, noise_multiplier=noise_multiplier, rounds=rounds, delta=delta)


def noise_multiplier(*, epsilon: ArrayLike, sampling_rate: ArrayLike, rounds: ArrayLike, delta: ArrayLike) -> Sweep:
    """Return the least noise multiplier that keeps all rounds together within a budget.

        min of all z in [0.01, 1e6] with epsilon(z) <= budget

    Parameters
    ----------
    epsilon : array_like
        Budget for all rounds [1], 1e-6 to 1e6.
    sampling_rate : array_like
        Probability q that a client joins a round [1], (0, 1].
    rounds : array_like of whole numbers
        Rounds T [1], 1 to 1e9.
    delta : array_like
        Probability delta [1], 1e-300 up to but not including 1.

    Returns
    -------
    float or ndarray
        Noise multiplier z [1], of the broadcast shape. It is 0.01, the least the accountant takes, where
        the budget asks for no more, as it does when delta covers the chance of ever being drawn.

    Raises
    ------
    ValueError
        An argument is not a number in its range, shapes do not broadcast, or even z = 1e6 breaks the budget.

    Notes
    -----
    The inverse of `epsilon` to 1e-8, on the safe side: `epsilon` of the answer never exceeds the budget, and
    falls short of it only at the jump to 0. 2 to 4 ms.

    Examples
    --------
    The round trip of the example of `epsilon`:

    >>> round(noise_multiplier(epsilon=4.7284, sampling_rate=1, rounds=100, delta=1e-5), 2)
    10.0
    """
    budgets, shares, counts, chances = together(
        epsilon=floats("epsilon", epsilon, low=LEAST_EPSILON, high=MOST_EPSILON),
        sampling_rate=rates(sampling_rate),
        rounds=wholes("rounds", rounds, low=1, high=MOST_ROUNDS),
        delta=deltas(delta),
    )
    noises = np.empty(counts.shape)
    for index in np.ndindex(counts.shape):
        asked = float(budgets[index]), float(shares[index]), float(counts[index]), float(chances[index])
        noise = noise_for_budget(*asked)
        if noise is None:
            least = epsilon_of_rounds(asked[1], MOST_NOISE, np.array([asked[2]]), asked[3], "canonne")[0]
            raise ValueError(
                f"epsilon must lie in [{least:.4g}, {MOST_EPSILON:g}] at these rounds, got {asked[0]:g}: "
                f"a noise multiplier of {MOST_NOISE:g} is the most there is"
            )
        noises[index] = noise
    return plain(noises)
