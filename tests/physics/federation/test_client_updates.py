"""What each client sent is what the run was made of: averaged again, the updates give the next model of that run."""

import numpy as np
import pytest

from physics.federation import client_updates, digits_problem, draw_invitations, draw_participation, simulate_seeds
from physics.federation.engines.softmax import SoftmaxEngine
from tests.physics.federation.plain_loop import rounds_of

FLEET = digits_problem(clients=20, alpha=0.05, seed=3, cities=4)
MASKS = np.stack([draw_participation(FLEET, rounds=12, clients_per_round=9, reliability=0.7, seed=s) for s in range(3)])
HOW = {"local_steps": 7, "learning_rate": 8.0, "proximal": 0.01}


def gradient(client, model):
    """The slope of one client's mean cross-entropy, written out."""
    images, labels = (of[FLEET.partition[client]] for of in (FLEET.data.train_inputs, FLEET.data.train_one_hot))
    scores = images @ model
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    return images.T @ (chances - labels) / len(images) + FLEET.regularization * model


@pytest.mark.parametrize("algorithm", ["fedavg", "scaffold"])
def test_models_lengths_and_angles_are_those_of_rounds_written_out(algorithm):
    sent = client_updates(FLEET, participation=MASKS[0], algorithm=algorithm, **HOW)
    models = rounds_of(
        FLEET, np.zeros((FLEET.dimension, 10)), gradient, MASKS[0],
        algorithm=algorithm, tau=7, eta=8.0, mu=0.01, eta_s=1.0, clip=None,
    )  # fmt: skip
    assert sent.models == pytest.approx(models, abs=1e-4)
    if algorithm == "scaffold":
        return  # its updates depend on control variates, which that loop does not give away
    for index, present in enumerate(MASKS[0]):
        average = models[index + 1] - models[index]
        for client in np.flatnonzero(present):
            local = models[index].copy()
            for _ in range(7):
                local -= 8.0 * (gradient(client, local) + 0.01 * (local - models[index]))
            update = local - models[index]
            assert sent.lengths[index, client] == pytest.approx(np.linalg.norm(update), rel=1e-3)
            cosine = (update * average).sum() / np.linalg.norm(update) / np.linalg.norm(average)
            assert sent.cosines[index, client] == pytest.approx(cosine, abs=1e-3)


@pytest.mark.parametrize("algorithm", ["fedavg", "fedprox", "scaffold"])
def test_the_run_is_the_one_of_the_curve(algorithm):
    """Each of three runs computed together is judged as the models here are: the same models, to rounding."""
    drawn = simulate_seeds(FLEET, participation=MASKS, algorithm=algorithm, **HOW)
    for run, mask in enumerate(MASKS):
        sent = client_updates(FLEET, participation=mask, algorithm=algorithm, **HOW)
        engine = SoftmaxEngine(problem=FLEET, **HOW)
        assert engine.losses(sent.models) == pytest.approx(drawn.loss[run], rel=1e-9)
        correct = engine.correct(sent.models).sum(axis=1)
        assert correct / FLEET.data.test_class_sizes.sum() == pytest.approx(drawn.accuracy[run], abs=1e-12)


def test_the_average_of_the_arrived_updates_is_the_next_model():
    """With lengths and angles alone: the part of each update along the average adds up to the average's own length."""
    sent = client_updates(FLEET, participation=MASKS[1], **HOW)
    for index, present in enumerate(MASKS[1]):
        shares = FLEET.client_shares * present
        along = np.nansum(shares / shares.sum() * sent.lengths[index] * sent.cosines[index])
        moved = np.linalg.norm(sent.models[index + 1] - sent.models[index])
        assert along == pytest.approx(moved, rel=1e-9)
        assert sent.mean_lengths[index] == pytest.approx(moved, rel=1e-12)


def test_a_round_without_updates_moves_nothing_and_has_no_angle():
    mask = MASKS[0].copy()
    mask[3] = False
    sent = client_updates(FLEET, participation=mask, **HOW)
    assert (sent.models[4] == sent.models[3]).all()
    assert sent.mean_lengths[3] == 0
    assert (sent.lengths[3] == 0).all()
    assert np.isnan(sent.cosines[3]).all()
    assert (np.isnan(sent.cosines) == ~mask).all()


@pytest.mark.parametrize("rule", ["random", "reliable_first", "city_balanced"])
def test_who_arrives_was_invited_and_over_perfect_links_everybody_is(rule):
    links = np.linspace(0.4, 1.0, 20)
    how = {"rounds": 40, "clients_per_round": 9, "selection": rule, "seed": 5}
    invited = draw_invitations(FLEET, reliability=links, **how)
    arrived = draw_participation(FLEET, reliability=links, **how)
    assert (invited.sum(axis=1) == 9).all()
    assert not (arrived & ~invited).any()
    expected = (invited * links).sum()
    assert arrived.sum() == pytest.approx(expected, abs=4 * np.sqrt((invited * links * (1 - links)).sum()))
    assert (draw_participation(FLEET, reliability=1.0, **how) == draw_invitations(FLEET, reliability=1.0, **how)).all()
