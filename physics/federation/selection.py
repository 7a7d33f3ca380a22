"""Whom a server invites to a round: anybody, the clients with the best links, or every city in turn."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from physics.federation.digits import Integers
from physics.federation.problem import MAX_SEED, FederatedProblem, check_problem
from physics.federation.rounds import LINKS, SELECTION
from physics.validation import Floats, as_floats, as_int, one_of

Selection = Literal["random", "reliable_first", "city_balanced"]

_RULES: tuple[Selection, ...] = ("random", "reliable_first", "city_balanced")
_MAX_ROUNDS = 10_000


def draw_participation(
    problem: FederatedProblem,
    *,
    rounds: int,
    clients_per_round: int,
    reliability: ArrayLike = 1.0,
    selection: Selection = "random",
    seed: int = 0,
) -> np.ndarray:
    """Return whose updates arrive in which round under a rule of selection: `simulate`'s ``participation``.

    Random invites any S clients, reliable first those with the S largest r_k, city balanced S clients in all, the
    cities in turn. An invited client's update arrives with probability r_k.

    Parameters
    ----------
    problem : FederatedProblem
        Clients and their cities.
    rounds : int
        Rounds R [1], 1 to 10,000.
    clients_per_round : int
        Clients invited to each round [1], 1 to K.
    reliability : float or array of K floats
        Probability [1] that an invited client's update arrives, 0 to 1.
    selection : {"random", "reliable_first", "city_balanced"}
        The rule. Clients with the same reliability are drawn at random; so are the clients of a city, and the order in
        which cities take turns in a round.
    seed : int
        Of selection and links [1], 0 to 2**53, each with the stream that `simulate` gives it.

    Returns
    -------
    array of bool
        (R, K), True where an update arrives.

    Raises
    ------
    ValueError
        An argument outside its range, an unknown rule, more clients per round than clients.

    Notes
    -----
    Under ``random`` it is what `simulate` draws by itself. A client invited under two rules with one seed
    has the same link outcomes. A longer run begins with the shorter one; more clients per round keep those invited.

    Examples
    --------
    Ten of 50 clients: two of each city when balanced; always the same ten when the best links come first.

    >>> from physics.federation import digits_problem
    >>> problem = digits_problem(clients=50, alpha=0.3, seed=1, cities=5)
    >>> drawn = draw_participation(problem, rounds=20, clients_per_round=10, selection="city_balanced")
    >>> drawn[0].reshape(5, 10).sum(axis=1)
    array([2, 2, 2, 2, 2])
    >>> links = np.linspace(0.6, 1.0, 50)
    >>> best = draw_participation(
    ...     problem, rounds=20, clients_per_round=10, reliability=links, selection="reliable_first"
    ... )
    >>> bool(best[:, :40].any()), bool(best[:, 40:].mean() > 0.9)
    (False, True)
    """
    invited = draw_invitations(
        problem,
        rounds=rounds,
        clients_per_round=clients_per_round,
        reliability=reliability,
        selection=selection,
        seed=seed,
    )
    links = np.random.default_rng((as_int("seed", seed, low=0, high=MAX_SEED), LINKS)).random(invited.shape)
    arrived: np.ndarray = invited & (links < as_floats("reliability", reliability, low=0, high=1))
    return arrived


def draw_invitations(
    problem: FederatedProblem,
    *,
    rounds: int,
    clients_per_round: int,
    reliability: ArrayLike = 1.0,
    selection: Selection = "random",
    seed: int = 0,
) -> np.ndarray:
    """Return who is invited to which round under a rule of selection, whether their updates arrive or not.

    Parameters
    ----------
    problem : FederatedProblem
        Clients and their cities.
    rounds : int
        Rounds R [1], 1 to 10,000.
    clients_per_round : int
        Clients invited to each round [1], 1 to K.
    reliability : float or array of K floats
        Probability [1] that an invited client's update arrives, 0 to 1; reliable first goes by it.
    selection : {"random", "reliable_first", "city_balanced"}
        The rule, as in `draw_participation`.
    seed : int
        Of the selection [1], 0 to 2**53.

    Returns
    -------
    array of bool
        (R, K), True where a client is invited: S of them in every row.

    Raises
    ------
    ValueError
        As `draw_participation` does.

    Notes
    -----
    Whose updates arrive, with the same arguments, is `draw_participation`: a part of those invited here.

    Examples
    --------
    Twenty-five of 50 are invited to each round; over links of 80% the updates of fewer arrive.

    >>> from physics.federation import digits_problem
    >>> problem = digits_problem(clients=50, alpha=0.3, seed=1, cities=5)
    >>> how = {"rounds": 20, "clients_per_round": 25, "reliability": 0.8, "seed": 3}
    >>> invited, arrived = draw_invitations(problem, **how), draw_participation(problem, **how)
    >>> sorted(set(invited.sum(axis=1).tolist())), bool((arrived & ~invited).any()), bool(arrived.sum() < invited.sum())
    ([25], False, True)
    """
    chance, invited, rule = _checked(problem, clients_per_round, reliability, selection)
    shape = (as_int("rounds", rounds, low=1, high=_MAX_ROUNDS), problem.clients)
    random = as_int("seed", seed, low=0, high=MAX_SEED)
    order = np.random.default_rng((random, SELECTION)).random(shape)
    if rule == "reliable_first":
        order += _places(chance)
    elif rule == "city_balanced":
        cities = np.random.default_rng((random, SELECTION, 1)).random((shape[0], problem.cities))
        turn = cities.argsort(axis=1).argsort(axis=1)[:, problem.city]
        order = problem.cities * _rank_in_city(problem.city, order) + turn
    last = np.partition(order, invited - 1, axis=1)[:, invited - 1 : invited]
    chosen: np.ndarray = order <= last
    return chosen


def invitation_rates(
    problem: FederatedProblem,
    *,
    clients_per_round: int,
    reliability: ArrayLike = 1.0,
    selection: Selection = "random",
) -> Floats:
    """Return in what share of the rounds each client is invited under a rule of selection.

    Random: S/K. Reliable first: 1 down to the S-th largest r_k, shared among its equals. City balanced: S/C over a
    city's clients, where no city runs out of them.

    Parameters
    ----------
    problem : FederatedProblem
        Clients and their cities.
    clients_per_round : int
        Clients invited to each round [1], 1 to K.
    reliability : float or array of K floats
        Probability [1] that an invited client's update arrives, 0 to 1.
    selection : {"random", "reliable_first", "city_balanced"}
        The rule, as in `draw_participation`.

    Returns
    -------
    array
        (K,) [1], 0 to 1; they add up to S.

    Raises
    ------
    ValueError
        As `draw_participation` does.

    Examples
    --------
    Half of the clients: each in every other round, or the better half in every one.

    >>> from physics.federation import digits_problem
    >>> problem = digits_problem(clients=4, alpha=0.3, seed=1)
    >>> invitation_rates(problem, clients_per_round=2)
    array([0.5, 0.5, 0.5, 0.5])
    >>> invitation_rates(problem, clients_per_round=2, reliability=[0.9, 0.5, 0.7, 0.5], selection="reliable_first")
    array([1., 0., 1., 0.])
    """
    chance, invited, rule = _checked(problem, clients_per_round, reliability, selection)
    if rule == "random":
        return np.full(problem.clients, invited / problem.clients)
    if rule == "reliable_first":
        group = _places(chance).astype(np.int64)
    else:
        # The first clients of all cities, then the second ones: what a city has in a level, its clients share.
        level = _rank_in_city(problem.city, np.arange(problem.clients, dtype=np.float64)[None])[0]
        group = level.astype(np.int64)
    sizes = np.bincount(group)
    left = invited - np.concatenate(([0], np.cumsum(sizes)[:-1]))
    rates: Floats = (np.clip(left, 0, sizes) / sizes)[group]
    if rule == "city_balanced":
        members = np.bincount(problem.city)
        rates = (np.bincount(problem.city, weights=rates) / members)[problem.city]
    return rates


def _checked(
    problem: FederatedProblem, clients_per_round: Any, reliability: ArrayLike, selection: Any
) -> tuple[Floats, int, Selection]:
    check_problem(problem)
    chance = as_floats("reliability", reliability, low=0, high=1)
    if chance.shape not in ((), (problem.clients,)):
        raise ValueError(
            f"reliability must be one number or one per client ({problem.clients}), got shape {chance.shape}"
        )
    invited = as_int("clients_per_round", clients_per_round, low=1, high=problem.clients)
    return np.broadcast_to(chance, problem.clients), invited, one_of("selection", selection, _RULES)


def _places(chance: Floats) -> Floats:
    """Return each client's place by reliability, best first, equals sharing one."""
    _, place = np.unique(-chance, return_inverse=True)
    return place.astype(np.float64)


def _rank_in_city(city: Integers, order: Floats) -> Floats:
    """Return each client's rank among the clients of its city, by a (R, K) array of distinct numbers below K."""
    # Sorted by city and, within it, by the number; what comes before a city is then taken off.
    before = np.concatenate(([0], np.cumsum(np.bincount(city))[:-1]))
    rank = (order / (order.max() + 1) + city).argsort(axis=1).argsort(axis=1)
    positions: Floats = (rank - before[city]).astype(np.float64)
    return positions
