r"""What noise hides one client, how much of it a budget needs, and what it costs in client updates.

Model
-----
DP-FedAvg (McMahan et al. 2018): each of N clients joins a round with probability q = m/N, its update is
clipped to length C, and the server moves the model by the sum of the updates plus noise N(0, (z C)^2) on
every coordinate, over m. Central noise on the average is z C/m per coordinate. With local noise every client
adds N(0, (z_l C)^2) to its own update and needs no trusted server. Secure aggregation of shares of noise
gives the central figure without a trusted server.

The divergence of one round (Mironov, Talwar, Zhang 2019), and its conversion by Canonne, Kamath, Steinke 2020 and by
Mironov 2017:

.. math::

   K(a) = \log E_{u \sim N(0, 1)} \left(1 - q + q\,e^{u/z - 1/(2 z^2)}\right)^a

   \varepsilon = \min_{a > 1} \left[ \frac{T K(a) - \log(a \delta)}{a - 1} + \log\left(1 - \frac{1}{a}\right) \right]

   \varepsilon = \min_{a > 1} \frac{T K(a) - \log \delta}{a - 1}

Where the total variation distance over T rounds is at most delta, epsilon is 0. The Gaussian mechanism, with s the
standard deviation over the sensitivity; its classical form, proven for epsilon < 1 only; and local noise for k rounds
in which one client takes part:

.. math::

   \delta = \Phi\left(\frac{1}{2 s} - \varepsilon s\right)
   - e^{\varepsilon}\,\Phi\left(-\frac{1}{2 s} - \varepsilon s\right), \qquad s = \frac{\sigma}{\text{sensitivity}}

   \sigma_\text{classical} = \frac{\text{sensitivity} \sqrt{2 \log(1.25 / \delta)}}{\varepsilon}

   z_l = 2 \sqrt{k}\,\sigma(\varepsilon, \delta)

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
epsilon | epsilon | 1 | privacy loss that is exceeded with probability at most about delta
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

from physics.privacy.accountant import epsilon, epsilon_curve, noise_multiplier
from physics.privacy.gaussian import gaussian_delta, gaussian_sigma, local_noise_multiplier, participations_per_client
from physics.privacy.update_counts import ClientUpdates, client_updates, minimum_client_updates

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
