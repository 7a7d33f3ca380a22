"""What averaging does: each mode against independent physics, and at its limits."""

import numpy as np
import pytest

from physics.gossip import estimation_error, gossip_trial, spectrum
from tests.tracks.tiny_pioneer.mesh.states import PIONEER
from tracks.tiny_pioneer.mesh.model.places import DRAWS, cells, hall, mixing, places
from tracks.tiny_pioneer.mesh.model.quality import quality
from tracks.tiny_pioneer.mesh.setting import NODES, PLACES

SEED = PIONEER.track.fleet.seed
ROUNDS = [0, 1, 2, 5, 20]


def mix(mode, *, churn=0.0, hub_sleep=0.0, fan_out=4, topology="geometric", seed=0):
    """Return the mixing of a mode on the track's own map."""
    return mixing(mode, topology, churn=churn, hub_sleep=hub_sleep, fan_out=fan_out, map_seed=SEED, seed=seed)


def test_silence_keeps_all_noise_and_mixes_nothing_in():
    alone = mix("local_only")
    assert (alone.noise == 1).all()
    assert not alone.foreign.any()
    assert not alone.rounding.any()


def test_a_flood_is_a_round_of_the_complete_graph():
    """Every node gets every profile: noise 1/n, and all of the diversity but the own place's share of the mean."""
    flood = mix("flood")
    assert flood.noise[1] == pytest.approx(1 / NODES, rel=0.9)
    complete = np.array([
        gossip_trial("complete", NODES, rounds=1, noise_variance=0, diversity_variance=1, places=PLACES, seed=seed)
        for seed in range(60)
    ])  # fmt: skip
    many = np.array([mix("flood", seed=seed).mean_foreign[1] for seed in range(60 // DRAWS * 4)])
    error = np.hypot(complete.mean(axis=1).std() / 60**0.5, many.std() / len(many) ** 0.5)
    assert abs(complete.mean() - many.mean()) < 4 * error


@pytest.mark.parametrize("topology", ["geometric", "ring", "regular"])
def test_gossip_forgets_noise_as_the_spectrum_says(topology):
    """On a ring a fan-out of four calls both neighbours there are, so that the mean over samples is the spectrum's.

    Elsewhere four calls of twelve neighbours leave more noise, but not many times as much. Later rounds are left out:
    only the mean of all nodes remains then, and there is one of it in a sample.
    """
    noise = mix("gossip", topology=topology).noise[ROUNDS]
    exact = np.asarray(
        estimation_error(
            spectrum(topology, NODES, degree=12, seed=SEED), ROUNDS, noise_variance=1, diversity_variance=0
        )
    )
    if topology == "ring":
        assert noise == pytest.approx(exact, rel=0.15)
    else:
        assert (exact[1:3] * 0.9 < noise[1:3]).all()
        assert (noise[1:3] < 3 * exact[1:3]).all()


def test_more_partners_and_fewer_sleepers_forget_noise_faster():
    assert mix("gossip", fan_out=4).noise[2] < mix("gossip", fan_out=1).noise[2]
    assert mix("gossip").noise[2] < mix("gossip", churn=0.6).noise[2]
    assert mix("hub").noise[1] < mix("hub", churn=0.4).noise[1]


def test_who_always_sleeps_keeps_what_it_had():
    for mode in ("flood", "gossip", "hub"):
        asleep = mix(mode, churn=1.0)
        assert asleep.noise == pytest.approx(1.0)
        assert not asleep.foreign.any()


def test_gossip_reaches_further_with_every_round_and_a_hub_does_not():
    gossip, hub = mix("gossip").mean_foreign, mix("hub").mean_foreign
    assert (np.diff(gossip[1:]) > 0).all()
    assert hub[1:] == pytest.approx(hub[1])
    pairs = mix("gossip", topology="regular").mean_foreign
    assert (pairs[1:6] > 2.5 * gossip[1:6]).all(), "with random pairs most partners are of another place"


# P24
def test_the_best_number_of_rounds_lies_between_silence_and_consensus():
    best = {
        tau2: quality(PIONEER.track, PIONEER.setting(mode="gossip", diversity=tau2), seed=0).best_round
        for tau2 in (0.03, 0.3, 1, 3, 30)
    }
    assert best[30] == 0
    assert 1 < best[1] < 20
    assert list(best.values()) == sorted(best.values(), reverse=True)


def test_rounding_is_that_of_a_uniform_quantiser():
    """Steps over six standard deviations of values whose variance is 1 + diversity."""
    found = quality(PIONEER.track, PIONEER.setting(mode="flood", coding="int4", diversity=2.0), seed=0).rounding
    values = np.linspace(-3, 3, 100_001) * 3**0.5
    step = 6 * 3**0.5 / 16
    assert found == pytest.approx(((values - (np.floor(values / step) + 0.5) * step) ** 2).mean(), rel=0.01)
    finest = quality(PIONEER.track, PIONEER.setting(mode="local_only", coding="int1"), seed=0)
    assert finest.rounding == 0, "what is not sent is not rounded"


def test_draws_are_enough_to_tell_shares_of_nodes():
    shares = [
        quality(PIONEER.track, PIONEER.setting(mode="gossip", diversity=10.0), seed=seed).worse for seed in range(8)
    ]
    assert np.std(shares) < 0.08


def test_every_node_is_served_by_a_hub_in_its_range():
    for topology in ("geometric", "ring", "regular"):
        served_by, hubs = cells(topology, SEED)
        links = {frozenset(pair) for pair in hall(topology, SEED).links.tolist()}
        assert all(served_by[hub] == hub for hub in hubs)
        assert set(served_by.tolist()) == set(hubs.tolist())
        for node, hub in enumerate(served_by.tolist()):
            assert node == hub or frozenset((node, hub)) in links


def test_the_hall_hangs_together_and_all_its_places_have_visitors():
    assert hall("geometric", SEED).parts == 1
    assert len(set(places("geometric", SEED).tolist())) == PLACES


def test_a_hub_that_sleeps_leaves_its_whole_cell_alone():
    """Half of the nodes asleep: a member receives in 25% of the rounds, when it and its hub are awake."""
    heard = [(mix("hub", churn=churn).foreign[1] > 0).mean() for churn in (0.0, 0.5)]
    assert heard[1] / heard[0] == pytest.approx(0.25, abs=0.1)
    flooded = [(mix("flood", churn=churn).foreign[1] > 0).mean() for churn in (0.0, 0.5)]
    assert flooded == pytest.approx([1.0, 0.5], abs=0.05)


def test_rounding_fades_in_gossip_as_noise_does_and_a_hub_rounds_its_mean_once_more():
    gossip, hub, flood = mix("gossip"), mix("hub"), mix("flood")
    assert gossip.rounding[3] == pytest.approx(gossip.noise[1:4].sum())
    assert (hub.rounding[1:] > 1).all(), "the mean that comes back is rounded like any other value"
    assert hub.rounding[1:] - 1 == pytest.approx(hub.noise[1:])
    assert flood.rounding[1:] == pytest.approx(flood.noise[1:])
    assert all(one.rounding[0] == 0 for one in (gossip, hub, flood)), "nothing is sent before the first round"


def test_hubs_that_sleep_deliver_less_and_change_nothing_else():
    """Who sleeps keeps what the last round left, so a hub that always sleeps is silence; gossip has no hub."""
    awake, asleep = mix("hub"), mix("hub", hub_sleep=0.95)
    assert (asleep.noise[1:] > awake.noise[1:]).all()
    never = mix("hub", hub_sleep=1.0)
    assert never.noise == pytest.approx(1)
    assert not never.foreign.any()
    for mode in ("gossip", "flood", "local_only"):
        assert mix(mode, hub_sleep=0.95).noise == pytest.approx(mix(mode).noise)
