"""One simulated run of gossip, node by node."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from physics.gossip.spectra import metropolis_weights
from physics.gossip.topology import Integers, Mesh, mesh, place_of_node
from physics.validation import Floats, as_float, as_int, as_ints

MAX_TRIAL_ROUNDS = 10_000
MAX_VARIANCE = 1e12


def gossip_trial(
    topology: str,
    nodes: int,
    *,
    rounds: ArrayLike,
    noise_variance: float,
    diversity_variance: float,
    degree: float | None = None,
    seed: int = 0,
    mesh_seed: int | None = None,
    places: int | None = None,
    churn: float = 0.0,
    fan_out: int | None = None,
) -> Floats:
    r"""Return the squared error of every node's estimate of its own truth in one simulated run of gossip.

    .. math::

       \theta_i \sim N(0, \tau^2), \qquad x_i(0) = \theta_i + N(0, \sigma^2), \qquad x(t+1) = W x(t)

       \text{error}_i = (x_i(t) - \theta_i)^2

    with one truth, theta, for each place.

    Parameters
    ----------
    topology, nodes
        See `mesh`.
    rounds : array_like of whole numbers
        Rounds of averaging [1], 0 to 10,000.
    noise_variance : float
        Variance sigma^2 of a node's measurement about its truth [any], 0 to 1e12.
    diversity_variance : float
        Variance tau^2 of the truths between places [any], 0 to 1e12.
    degree
        See `mesh`.
    seed : int
        Draws truths, noise, sleeping nodes and calls [1], 0 or more.
    mesh_seed : int, optional
        Draws the mesh [1], 0 or more; `seed` if None. Give it to simulate several runs on one mesh.
    places : int, optional
        Number of places, whose nodes share one truth (`place_of_node`) [1], 1 to `nodes`; if None every node
        is a place of its own.
    churn : float
        Chance of a node to sleep through a round [1], 0 to 1: it neither sends nor receives.
    fan_out : int, optional
        Neighbours that a node calls in a round, drawn among those awake [1], 1 or more; all if None. A link
        is used if either end calls.

    Returns
    -------
    ndarray, shape of `rounds` + (nodes,)
        Squared error of each node [any]. Its mean over draws and nodes is `estimation_error` when places,
        churn and fan_out are left alone.

    Raises
    ------
    ValueError
        An argument is out of range or no such graph exists.

    Notes
    -----
    The draws do not depend on `rounds`, so a node gains by averaging if its error is below the one at 0 rounds.
    With churn or fan-out the weights are those of the links used in the round (Xiao, Boyd and Lall 2005): the
    mean of all nodes is kept, round by round.

    References
    ----------
    Xiao, Boyd and Lall 2005.

    Examples
    --------
    Two nodes with one truth: both end at the mean of two measurements, so their errors are the same.

    >>> error = gossip_trial("complete", 2, rounds=[0, 1], noise_variance=1, diversity_variance=0, places=1)
    >>> error.shape, bool(abs(error[1, 0] - error[1, 1]) < 1e-12)
    ((2, 2), True)
    """
    times = as_ints("rounds", rounds, low=0, high=MAX_TRIAL_ROUNDS)
    noise = as_float("noise_variance", noise_variance, low=0, high=MAX_VARIANCE)
    diversity = as_float("diversity_variance", diversity_variance, low=0, high=MAX_VARIANCE)
    asleep = as_float("churn", churn, low=0, high=1)
    calls = None if fan_out is None else as_int("fan_out", fan_out, low=1)
    drawn_by = as_int("seed", seed)
    network = mesh(
        topology, nodes, degree=degree, seed=drawn_by if mesh_seed is None else as_int("mesh_seed", mesh_seed)
    )
    place = np.arange(network.nodes) if places is None else place_of_node(network, places)

    streams = np.random.SeedSequence(drawn_by).spawn(3)
    truth_draw, noise_draw, link_draw = (np.random.default_rng(stream) for stream in streams)
    truth = np.sqrt(diversity) * truth_draw.standard_normal(network.nodes)[place]
    values = truth + np.sqrt(noise) * noise_draw.standard_normal(network.nodes)

    always = asleep == 0 and calls is None
    links, weights = network.links, metropolis_weights(network.links, network.nodes)
    errors = np.empty((*times.shape, network.nodes))
    for now in range(int(times.max(initial=0)) + 1):
        if now:
            if not always:
                links = _links_in_use(network, asleep, calls, link_draw)
                weights = metropolis_weights(links, network.nodes)
            values = _averaged(values, links, weights)
        errors[times == now] = (values - truth) ** 2
    return errors


def _averaged(values: Floats, links: Integers, weights: Floats) -> Floats:
    """Return W x: along every link both ends move towards each other by its weight times the difference."""
    one, other = links.T
    flow = weights * (values[other] - values[one])
    return values + np.bincount(one, flow, len(values)) - np.bincount(other, flow, len(values))


def _links_in_use(network: Mesh, asleep: float, calls: int | None, rng: np.random.Generator) -> Integers:
    """Return the links of one round: both ends awake and, with a limit on calls, one of them calling."""
    awake = rng.random(network.nodes) >= asleep
    links = network.links[awake[network.links].all(axis=1)]
    if calls is None:
        return links
    caller = links.T.ravel()
    order = np.lexsort((rng.random(len(caller)), caller))
    counts = np.bincount(caller, minlength=network.nodes)
    rank = np.arange(len(caller)) - np.repeat(np.cumsum(counts) - counts, counts)
    called = np.zeros(len(links), dtype=bool)
    called[order[rank < calls] % len(links)] = True
    return links[called]
