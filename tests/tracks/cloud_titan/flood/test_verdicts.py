"""The crisis's verdicts: each failure is reached and left, the worst comes first, and a fix does what it says."""

import pytest
from hypothesis import given, settings

from tests.states import plain, ranked_failures, verdict
from tests.tracks.cloud_titan.flood.states import FLOOD, GB, NODE, TB, any_state, run, state

CODES = ("thrash", "ttft_over_limit", "kv_starvation", "below_throughput", "quality_floor")


def after(values, code, fix):
    """Return the verdict of that code after one fix."""
    return verdict(run(**{**values, fix.control: fix.value}), code)


@pytest.mark.parametrize(
    ("code", "bad", "good"),
    [
        ("thrash", {}, {"rank": 8}),
        ("ttft_over_limit", {"rank": 8}, {"eviction": "pinned"}),
        ("kv_starvation", {"hbm_bytes": 400 * GB}, {"hbm_bytes": 250 * GB}),
        ("below_throughput", {"batch": 64}, {"batch": 96}),
        ("quality_floor", {"rank": 4}, {"rank": 8}),
    ],
)
def test_every_failure_is_reached_and_left(code, bad, good):
    assert set(FLOOD.failures) == set(CODES)
    assert verdict(run(**bad), code).level == "fail"
    assert verdict(run(**{**bad, **good}), code).level == "ok"


def test_a_drive_close_to_saturation_warns():
    """Load is in proportion to the requests while the hits stay, so 80% and 100% are at known rates."""
    per_request = run().reading("drive_load").value / 90
    for rate, level in ((0.79, "ok"), (0.85, "warn"), (1.03, "fail")):
        outcome = run(request_rate=round(rate / per_request))
        assert verdict(outcome, "thrash").level == level


def test_of_two_that_compete_the_one_that_binds_first_is_named():
    """Accuracy needs a high rank, the wait a low one: which of them is first depends on the rank."""
    low = run(rank=7, request_rate=110).ranked_verdicts()
    assert [item.code for item in low if item.level == "fail"] == ["quality_floor", "ttft_over_limit"]
    late = run(rank=7, request_rate=135).ranked_verdicts()
    assert [item.code for item in late if item.level == "fail"] == ["ttft_over_limit", "quality_floor"]
    crowded = ranked_failures(run(hbm_bytes=400 * GB))
    assert crowded[0] == "thrash"
    assert set(crowded) == {"thrash", "ttft_over_limit", "below_throughput", "kv_starvation"}


def test_a_thrashing_drive_is_named_before_the_wait_that_it_makes():
    for rate in (70, 90, 200):
        assert ranked_failures(run(request_rate=rate))[0] == "thrash"


def test_causes_name_one_quantity_in_numbers():
    causes = {item.code: plain(item.cause) for item in run(hbm_bytes=400 * GB).verdicts}
    assert causes["kv_starvation"] == "Beside 400 GB of adapters there is KV cache for 55 of 96 requests, 1.34 GB each."
    assert "53.4" in causes["thrash"]  # adapters of 131 MB a drive of 7 GB/s reads in a second
    assert causes["below_throughput"].startswith("KV cache for 55 requests is left")
    assert "names 94.5" in plain(verdict(run(hbm_bytes=5 * GB), "below_throughput").cause)
    assert "batch of 64" in verdict(run(batch=64), "below_throughput").cause
    assert "beside the weights" in verdict(run(targets="all"), "below_throughput").cause
    assert "rank 2 of the proxy" in plain(verdict(run(rank=4), "quality_floor").cause)
    late = run(rank=8)
    assert "queue for several such reads" in verdict(late, "ttft_over_limit").cause


@settings(max_examples=40)
@given(values=any_state)
def test_margin_and_level_tell_the_same_story_and_every_fix_raises_its_margin(values):
    controls = FLOOD.control_map()
    for item in run(**values).verdicts:
        assert (item.margin < 0) == (item.level == "fail")
        assert item.level != "ok" or not item.fixes
        assert len(set(item.fixes)) == len(item.fixes) <= 3
        for fix in item.fixes:
            of_one = sum(other.control == fix.control for other in item.fixes)
            assert of_one <= (2 if isinstance(fix.value, str) else 1)
            assert controls[fix.control].role == "decision"
            assert controls[fix.control].read(fix.value) == fix.value != values[fix.control]
            assert after(values, item.code, fix).margin > item.margin


@settings(max_examples=25)
@given(values=any_state)
def test_a_fix_that_cures_stands_before_one_that_does_not(values):
    for item in run(**values).verdicts:
        if item.level == "fail":
            cured = [after(values, item.code, fix).level != "fail" for fix in item.fixes]
            assert cured == sorted(cured, reverse=True)


def test_a_failure_of_the_default_offers_the_rank_first():
    fixes = verdict(run(), "thrash").fixes
    assert (fixes[0].control, fixes[0].value) == ("rank", 8)
    assert {fix.control for fix in fixes} == {"rank", "targets", "eviction"}


def test_the_last_fix_wins():
    values = state(rank=8)
    (first, *_) = verdict(run(**values), "ttft_over_limit").fixes
    assert first.control in ("eviction", "host_bytes")
    assert ranked_failures(run(**{**values, first.control: first.value})) == []


def test_an_hour_of_backlog_is_no_worse_than_one_limit_too_late():
    """So a saturated drive does not hide the other verdicts, and every improvement still raises the margin."""
    margins = [verdict(run(request_rate=rate, rank=32), "ttft_over_limit").margin for rate in (200, 90, 50, 30)]
    assert -1 < margins[0] < margins[1] < margins[2] < margins[3] < 0


def test_what_shortens_an_hour_of_backlog_is_offered_although_it_stays_an_hour_too_late():
    """A margin of the backlog in its own scale is always close to -1, so the scale before the change is used."""
    crowded = {"rank": 40, "targets": "all", "hbm_bytes": 340 * GB, "host_bytes": 1.05 * TB, "request_rate": 144}
    item = verdict(run(**crowded), "ttft_over_limit")
    assert item.margin < -0.99
    waits = [after(state(**crowded), "ttft_over_limit", fix).quantity for fix in item.fixes]
    assert len(waits) == 3
    assert waits == sorted(waits)
    assert max(waits) < 0.9 * item.quantity


def test_hbm_beyond_what_a_batch_names_buys_next_to_nothing():
    """A miss to host memory crosses eight links in a fraction of a millisecond; the drive takes the time."""
    values = {"rank": 8, "eviction": "pinned", "host_bytes": 1 * TB}
    little, much = (run(**values, hbm_bytes=room) for room in (20 * GB, 340 * GB))
    waits = [one.reading("first_token").value for one in (little, much)]
    assert waits[1] == pytest.approx(waits[0], rel=0.02)
    assert little.reading("tokens").value == pytest.approx(much.reading("tokens").value)
    assert NODE.first_token_s > max(waits)
