"""The paradox's verdicts: titles and causes, and levels that agree with margins."""

import pytest

from tests.states import verdict

CODES = ("dearer_than_data", "over_cap", "upload_too_slow")


def test_titles_and_causes(on, spelled):
    titan = on("cloud_titan")
    first = titan.run().ranked_verdicts()[0]
    assert (first.code, first.level, first.title) == ("dearer_than_data", "fail", "Dearer than the data")
    assert spelled(first.cause) == "A copy moves 131 MB; a device gathers 50 kB a day: 2 620×."
    many = verdict(on("mobile_nomad").run(participation=0.1, rounds_per_day=100), "dearer_than_data")
    assert (many.level, many.cause) == ("warn", "The mean device takes part 10 times a day.")
    slow = verdict(on("edge_guardian").run(uplink=1e4), "upload_too_slow")
    assert slow.level == "fail"
    assert spelled(slow.cause) == "51.1 MB over 10 kb/s take 11.4 h; rounds are 2.4 h apart."
    cap = verdict(on("edge_guardian").run(moved_bytes=2e9), "over_cap")
    assert spelled(cap.cause) == "At (2 GB + 2 GB) a turn, the mean device moves 12 GB in 30 days."


def test_a_state_without_objection_is_headed_by_the_answer(on):
    for name in ("edge_guardian", "mobile_nomad", "tiny_pioneer"):
        ranked = on(name).run().ranked_verdicts()
        assert [item.level for item in ranked] == ["ok"] * 3
        assert ranked[0].title == "Federating is cheaper"
        assert not any(item.fixes for item in ranked)


def test_every_declared_failure_can_be_reached_and_left(paradox):
    reach = {
        "dearer_than_data": {"moved_bytes": 1e12, "participation": 0.1, "rounds_per_day": 100, "raw_bytes": 1e6},
        "over_cap": {"moved_bytes": 1e12, "participation": 0.1},
        "upload_too_slow": {"uplink": 1e3, "moved_bytes": 1e9},
    }
    assert set(paradox.bench.failures) == set(reach) == set(CODES)
    for code, values in reach.items():
        state = paradox.state(**values)
        bad = verdict(paradox.run(**state), code)
        assert bad.level == "fail"
        assert verdict(paradox.run(**{**state, "moved_bytes": 1e3}), code).level == "ok"


@pytest.mark.parametrize("code", CODES)
def test_margin_and_level_tell_the_same_story(paradox, code):
    states = [{}, {"moved_bytes": 1e12, "uplink": 1e3}, {"moved_bytes": 1e3}]
    for values in states:
        item = verdict(paradox.run(**values), code)
        assert (item.margin < 0) == (item.level == "fail")


@pytest.mark.parametrize("name", ["edge_guardian", "mobile_nomad", "tiny_pioneer"])
@pytest.mark.parametrize("share", [0.85, 0.92, 1.0, 1.0003, 1.09, 1.2, 9.0])
def test_task_verdict_and_summaries_agree_near_equality(on, name, share):
    """Raw bytes that make the ratio ``share``: what meets the task is no objection, and what objects meets no task."""
    bench = on(name)
    start = bench.run()
    raw = bench.bench.defaults()["raw_bytes"] * float(start.reading("ratio").value) / share
    found = bench.run(raw_bytes=raw)
    judged, even = verdict(found, "dearer_than_data"), bench.bench.task.is_met(found)
    assert even == (0.9 < share < 1.1)
    assert judged.title == (
        "As much either way" if even else "Federating is cheaper" if share < 1 else "Dearer than the data"
    )
    assert judged.level == ("ok" if even or share < 1 else "warn")
    first, second = (drawing.summary.partition(":")[0] for drawing in found.panels.values())
    assert first == ("As many, within 10%" if even else "Yes" if share < 1 else "No")
    assert second == ("Yes" if share < 1.001 else "Nearly" if even else "No")
