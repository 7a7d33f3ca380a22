"""The fixes of the bench are tried: the lengths of the updates show what a clip would cut, and cures come first."""

from dataclasses import replace

import pytest

from tests.states import verdict
from tests.tracks.missions.privacy.states import GUARDIAN, ON, PIONEER
from tracks.api.fixes import changed
from tracks.missions.privacy.fixes import candidates
from tracks.missions.privacy.setting import CLIP
from tracks.missions.privacy.state import ACCURACY, CLAIM, CLIPPED, DATA, GAP, MIN_NOISE, evaluate

every_track = pytest.mark.parametrize("one", ON.values(), ids=ON.keys())
TWENTIETH = 0.05  # 20 lengths are stored


@every_track
@pytest.mark.parametrize("epsilon", [0.3, 10])
@pytest.mark.parametrize("clip", [1, 2, 4])
def test_the_lengths_of_the_updates_say_what_share_the_clip_cuts(one, clip, epsilon):
    setting = one.setting(**one.private(rounds=20, clip_norm=clip, epsilon=epsilon))
    result = evaluate(one.track, setting, seed=0).result
    assert result.longer_than(clip) == pytest.approx(result.clipped, abs=TWENTIETH)
    assert result.longer_than(0) == 1
    assert list(result.lengths) == sorted(result.lengths)
    assert result.longer_than(result.length_of(0.5)) == pytest.approx(0.5, abs=TWENTIETH)


def test_noise_is_felt_where_it_is_longer_than_the_updates_that_are_sent():
    """330 weights: noise of s on each is s sqrt(330) long; updates are some 2 long, and no longer than the clip."""
    for clip, noise, felt in ((3, 0.03, False), (3, 0.3, True), (0.3, 0.01, False), (0.3, 0.05, True)):
        setting = GUARDIAN.setting(**GUARDIAN.private(noise="central", rounds=20, clip_norm=clip))
        state = evaluate(GUARDIAN.track, setting, seed=0)
        added = replace(state.noise, on_average=noise)
        assert replace(state, noise=added).noise_is_felt == felt


@every_track
def test_a_clip_that_is_said_to_cut_few_cuts_few(one):
    """The fix is found from the lengths alone; runs of their own agree that it cures."""
    start = one.private(noise="central", clip_norm=1)
    state = evaluate(one.track, one.setting(**start), seed=0)
    assert state.limits[CLIPPED].level == "fail"
    (clip,) = [fix for fix in verdict(one.run(**start), CLIPPED).fixes if fix.control == "clip_norm"]
    assert clip.value < CLIP[1]
    assert evaluate(one.track, changed(state.setting, clip), seed=0).limits[CLIPPED].level == "ok"


@every_track
def test_a_clip_that_only_lets_in_noise_is_shortened_to_the_updates(one):
    """Noise is measured in clips: one far longer than the updates cuts nothing and multiplies the noise."""
    promise = 10 if one is PIONEER else 1  # in a small fleet the noise of a stronger one leaves nothing to compare
    start = one.private(noise="local", clip_norm=25, rounds=40, epsilon=promise)
    state = evaluate(one.track, one.setting(**start), seed=0)
    assert state.noise_is_felt
    (clip,) = [fix for fix in candidates(ACCURACY, state) if fix.control == "clip_norm"]
    assert clip.value < 25
    shorter = evaluate(one.track, changed(state.setting, clip), seed=0)
    assert shorter.result.accuracy > state.result.accuracy + 0.02


def test_shorter_walks_are_not_proposed_where_every_update_is_clipped():
    state = evaluate(GUARDIAN.track, GUARDIAN.setting(**GUARDIAN.private(noise="central", clip_norm=0.3)), seed=0)
    assert state.result.clipped > 0.97
    assert "local_steps" not in {fix.control for fix in candidates(CLIPPED, state)}


@every_track
def test_any_mechanism_adds_more_noise_than_the_offer_counts_on(one):
    for epsilon in (0.1, 10):
        for noise in ("central", "local"):
            weakest = evaluate(one.track, one.setting(**one.private(noise=noise, epsilon=epsilon, delta=1e-3)), seed=0)
            assert weakest.limits[CLAIM].quantity > MIN_NOISE


@every_track
def test_what_brings_the_bytes_or_the_accuracy_home_stands_before_what_only_helps(one):
    noisy = one.private(epsilon=0.1, participating_share=0.001)
    heavy = one.private(noise="central", participating_share=1, rounds=200)
    for values, codes in ((noisy, (ACCURACY, GAP)), (heavy, (DATA,))):
        outcome = one.run(**values)
        for code in codes:
            item = verdict(outcome, code)
            after = [verdict(one.run(**{**values, fix.control: fix.value}), code) for fix in item.fixes]
            cured = [one.level != "fail" for one in after]
            assert cured == sorted(cured, reverse=True), (code, item.fixes)
