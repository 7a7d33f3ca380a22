"""Rules of selection: which clients each one invites, checked by counts over many rounds and by simulate itself."""

import numpy as np
import pytest

from physics.federation import (
    digits_problem,
    draw_participation,
    invitation_rates,
    problem_from_partition,
    simulate,
)
from tests.physics.reference.rows import on_every

FLEET = digits_problem(clients=50, alpha=0.3, seed=1, cities=5)
UNEVEN = digits_problem(clients=52, alpha=0.3, seed=1, cities=5)  # cities of 11, 11, 10, 10 and 10
LINKS = np.linspace(1.0, 0.6, 50)
RULES = ("random", "reliable_first", "city_balanced")


def invited(problem, **how):
    """Return who was invited: with links that never fail, whoever is invited arrives."""
    return draw_participation(problem, reliability=1.0, **how)


def test_random_selection_is_what_simulate_draws_by_itself():
    mask = draw_participation(FLEET, rounds=30, clients_per_round=13, reliability=LINKS, seed=5)
    run = simulate(FLEET, rounds=30, clients_per_round=13, local_steps=1, reliability=LINKS, seed=5, engine="exact")
    assert (mask == run.survivors).all()


@on_every("problem", [FLEET, UNEVEN])
@on_every("clients", [1, 3, 7, 25, 48, 50])
@on_every("selection", RULES)
def test_every_rule_invites_exactly_so_many(problem, clients, selection):
    mask = invited(problem, rounds=20, clients_per_round=clients, selection=selection)
    assert (mask.sum(axis=1) == clients).all()
    rates = invitation_rates(problem, clients_per_round=clients, selection=selection)
    assert rates.sum() == pytest.approx(clients)
    assert ((rates >= 0) & (rates <= 1)).all()


@on_every("problem", [FLEET, UNEVEN])
@on_every("clients", [3, 25, 51])
def test_balanced_cities_never_differ_by_more_than_one_while_they_have_clients(problem, clients):
    clients = min(clients, problem.clients)
    mask = invited(problem, rounds=200, clients_per_round=clients, selection="city_balanced", seed=3)
    counts = mask @ np.eye(5)[problem.city]
    full = counts == np.bincount(problem.city)
    assert (counts.max(axis=1)[:, None] - counts <= np.where(full, 11, 1)).all()
    if clients == 3:
        assert (counts.sum(axis=0) > 60).all()  # every city gets its turn


@on_every("selection", RULES)
@on_every("clients", [3, 25, 51])
def test_rates_are_how_often_a_client_is_invited(clients, selection):
    links = np.where(np.arange(52) < 20, 0.9, 0.5)
    rates = invitation_rates(UNEVEN, clients_per_round=clients, reliability=links, selection=selection)
    drawn = draw_participation(
        UNEVEN, rounds=3000, clients_per_round=clients, reliability=links, selection=selection, seed=2
    )
    # Arrivals are invitations times the link; three standard errors of 3,000 rounds are .027.
    assert drawn.mean(axis=0) == pytest.approx(rates * links, abs=0.033)


def test_reliable_first_takes_the_best_links_and_draws_among_equals():
    rates = invitation_rates(FLEET, clients_per_round=10, reliability=LINKS, selection="reliable_first")
    assert rates.tolist() == [1.0] * 10 + [0.0] * 40
    tied = np.where(np.arange(50) < 4, 0.9, 0.5)
    rates = invitation_rates(FLEET, clients_per_round=27, reliability=tied, selection="reliable_first")
    assert rates.tolist() == [1.0] * 4 + [0.5] * 46
    equal = invitation_rates(FLEET, clients_per_round=10, reliability=0.8, selection="reliable_first")
    assert (equal == invitation_rates(FLEET, clients_per_round=10)).all()


def test_a_longer_run_begins_with_the_shorter_and_more_clients_keep_those_invited():
    for selection in RULES:
        how = {"selection": selection, "seed": 9}
        short, long = (draw_participation(FLEET, rounds=r, clients_per_round=10, **how) for r in (5, 20))
        assert (short == long[:5]).all()
        more = draw_participation(FLEET, rounds=20, clients_per_round=30, **how)
        assert (more >= long).all()
        assert more.sum() == 3 * long.sum()


def test_links_do_not_depend_on_who_was_invited():
    """Two rules that invite the same client in the same round get the same outcome of its upload."""
    masks = [
        draw_participation(FLEET, rounds=50, clients_per_round=50, reliability=LINKS, selection=rule, seed=4)
        for rule in RULES
    ]
    assert (masks[0] == masks[1]).all()
    assert (masks[0] == masks[2]).all()
    assert 0.7 < masks[0].mean() < 0.9


def test_another_seed_draws_other_rounds():
    first, second = (draw_participation(FLEET, rounds=20, clients_per_round=10, seed=seed) for seed in (0, 1))
    assert (first != second).any()


@pytest.mark.parametrize("function", [draw_participation, invitation_rates])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"clients_per_round": 4}, r"clients_per_round must lie in \[1, 3\], got 4"),
        ({"reliability": [0.5, 0.5]}, r"one number or one per client \(3\), got shape \(2,\)"),
    ],
)
def test_a_bad_argument_is_named(function, change, message):
    usual = {"problem": problem_from_partition([[0], [1], [2]]), "clients_per_round": 2}
    usual |= {"rounds": 3} if function is draw_participation else {}
    arguments = usual | change
    with pytest.raises(ValueError, match=message):
        function(arguments.pop("problem"), **arguments)
