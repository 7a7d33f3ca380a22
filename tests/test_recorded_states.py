"""Every bench answers what it answered when its states were recorded: texts, levels and fixes are identical."""

import gzip
import json
from itertools import product

import pytest

from tests.states import TRACKS
from tests.sweeps import is_left_to_sweep, swept
from tools.compared_states import differences, in_words, load, save
from tools.recorded_states import PEEKS, STORED, TABLES, answer, main, states_of, stored, words
from tracks.missions import edgelab_benches

NAMES = [
    f"{track.id}/{bench}" for track, bench in product(TRACKS, (*(bench.id for bench in edgelab_benches()), "crisis"))
]
EVERY = 5  # of the recorded states; with tables, some of which take 0.3 s, where there is a peek
SHOWN = 8
COMMANDS = f"""
All states: python tools/recorded_states.py record build/now.json.gz
            python tools/recorded_states.py compare {STORED.relative_to(STORED.parents[2])} build/now.json.gz"""


pytestmark = pytest.mark.usefixtures("everything_computed")


@pytest.fixture(scope="module")
def recorded():
    return load(STORED)


@pytest.mark.parametrize("name", swept(NAMES, kept=[one for one in NAMES if not is_left_to_sweep(*one.split("/"))]))
def test_a_bench_answers_what_was_recorded(name, registry, recorded):
    track_id, bench_id = name.split("/")
    track, bench = registry.track(track_id), registry.bench(track_id, bench_id)
    found = [("its words", one) for one in differences(recorded[name]["words"], words(track, bench))]
    for place, state in list(enumerate(recorded[name]["states"]))[::EVERY]:
        whole = place % PEEKS == 0
        shown = answer(track, bench, state["values"], peek=whole, cells=whole, figures=False)
        found += [(f"state {place}, {state['values']}", one) for one in differences(state, shown)]
    told = "\n".join(f"{where}\n  {in_words(one)}" for where, one in found[:SHOWN])
    assert not found, f"{len(found)} differences from what was recorded, the first of them:\n{told}\n{COMMANDS}"


def test_the_record_has_every_bench_moves_every_control_and_meets_every_failure(registry, recorded):
    assert sorted(recorded) == sorted(NAMES)
    for name, kept in recorded.items():
        bench, states = registry.bench(*name.split("/")), kept["states"]
        assert len(states) == states_of(name)
        assert all("error" not in state for state in states)
        assert all(len({state["values"][control.id] for state in states}) > 1 for control in bench.controls)
        met = {code for state in states for code, one in state["verdicts"].items() if one["level"] != "ok"}
        assert met >= set(bench.failures)
        assert any(all(one["level"] != "fail" for one in state["verdicts"].values()) for state in states)
        assert any("cells" in drawing for drawing in states[TABLES]["drawings"].values())


# --- a comparison that let something pass would prove nothing

FIX = ["local_steps", 6]
DRAWING = {"summary": "Yes.", "point": [1.0, 2.0], "cells": [[1.0, 2.0], ["a", "b"]], "figure": "f0"}
STATE = {
    "values": {"local_steps": 20},
    "shown": ["moved", "wasted"],
    "readings": {
        "moved": {"label": "Moved", "value": 0.3, "limit": 2.0, "source": "assumed: a cap", "level": "ok"},
        "wasted": {"label": "Wasted", "value": "no bound", "limit": None, "source": "", "level": None},
    },
    "ranked": ["over_cap", "slow"],
    "verdicts": {
        "over_cap": {"level": "fail", "cause": "It moves 3 GB.", "quantity": 3.0, "at_most": True, "fixes": [FIX]},
        "slow": {"level": "ok", "cause": "It takes 1 s.", "quantity": 1, "at_most": True, "fixes": []},
    },
    "decision": {"local_steps": 20},
    "drawings": {
        "traffic": {"summary": "Yes.", "point": [1.0, 2.0], "cells": [[1.0, 2.0], ["a", "b"]], "figure": "f0"}
    },
    "peek": {"lines": [{"numbers": "1 + 2", "source": "Taylor"}]},
}
CHANGES = [
    ("values.local_steps", 21, "values"),
    ("readings.moved.label", "moved", "texts"),
    ("readings.moved.value", 0.3 * (1 + 2e-9), "readings"),
    ("readings.wasted.value", "unbounded", "readings"),
    ("readings.wasted.limit", 1.0, "readings"),
    ("readings.moved.source", "assumed: another cap", "source"),
    ("readings.moved.level", "warn", "level"),
    ("readings.wasted", None, "texts"),
    ("shown", ["wasted", "moved"], "texts"),
    ("ranked", ["slow", "over_cap"], "level"),
    ("verdicts.slow.level", "warn", "level"),
    ("verdicts.another", {"level": "ok"}, "level"),
    ("verdicts.slow.cause", "It takes 1.0 s.", "wording"),
    ("verdicts.slow.quantity", 1.000001, "number"),
    ("verdicts.over_cap.at_most", False, "number"),
    ("verdicts.over_cap.fixes", [["local_steps", 6.0000000001]], "fixes"),
    ("verdicts.over_cap.fixes", [FIX, ["rounds", 9]], "fixes"),
    ("verdicts.over_cap.fixes", [], "fixes"),
    ("decision.local_steps", 19, "decision"),
    ("drawings.traffic.summary", "No.", "texts"),
    ("drawings.traffic.point", None, "tables"),
    ("drawings.traffic.cells", [[1.0, 2.1], ["a", "b"]], "tables"),
    ("drawings.traffic.cells", [[1.0], ["a"]], "tables"),
    ("peek.lines", [{"numbers": "1 + 3", "source": "Taylor"}], "texts"),
    ("peek.lines", [{"numbers": "1 + 2", "source": "Maclaurin"}], "source"),
    ("error", "BadValue: no such control", "error"),
]


def changed(path, value):
    """Return a copy of the state with one thing changed."""
    state = json.loads(json.dumps(STATE))
    *parents, last = path.split(".")
    part = state
    for name in parents:
        part = part[name]
    part[last] = value
    return state


@pytest.mark.parametrize(("path", "value", "kind"), CHANGES)
def test_every_change_is_found_and_named(path, value, kind):
    assert {found[0] for found in differences(STATE, changed(path, value))} == {kind}
    assert {found[0] for found in differences(changed(path, value), STATE)} == {kind}


def test_numbers_agree_to_nine_digits_and_figures_are_left_alone_unless_every_bit_counts():
    assert not list(differences(STATE, STATE, bits=True))
    for path, value, kind in (
        ("readings.moved.value", 0.1 + 0.2, "readings"),
        ("drawings.traffic.figure", "f1", "figures"),
    ):
        assert not list(differences(STATE, changed(path, value)))
        assert [found[0] for found in differences(STATE, changed(path, value), bits=True)] == [kind]


def test_what_is_unstable_is_left_alone_and_nothing_else_of_its_state():
    state = STATE | {"unstable": ["verdicts.slow.quantity", "verdicts.slow.cause"]}
    for path, value, kind in CHANGES:
        found = [one[0] for one in differences(state, changed(path, value))]
        assert set(found) == (set() if path in state["unstable"] else {kind})
        assert kind in [one[0] for one in differences(state, changed(path, value), bits=True)]


def test_the_stored_copy_marks_what_other_kernels_move():
    full, other = (
        {"deep_mine/paradox": {"words": {"drawings": {}}, "states": [STATE, state]}}
        for state in (STATE, changed("readings.moved.value", 0.3 * (1 + 2e-10)))
    )
    first, second = stored(full, [full, other])["deep_mine/paradox"]["states"]
    assert "unstable" not in first
    assert second["unstable"] == ["readings.moved.value"]
    assert first["drawings"] == {"traffic": {name: item for name, item in DRAWING.items() if name != "figure"}}
    assert "cells" not in second["drawings"]["traffic"]
    assert STATE["drawings"]["traffic"] == DRAWING


@pytest.fixture
def compared(tmp_path):
    """A function that compares a record of one state with the same after a change, and returns the exit status."""

    def status(new, *options):
        for name, state in (("old", STATE), ("new", new)):
            save({"deep_mine/paradox": {"words": {"title": "Paradox"}, "states": [STATE, state]}}, tmp_path / name)
        return main(["compare", str(tmp_path / "old"), str(tmp_path / "new"), *options])

    return status


def test_the_exit_status_says_whether_something_differs_that_was_not_excused(compared, capsys):
    assert compared(STATE, "--bits") == 0
    for path, value, kind in CHANGES:
        assert compared(changed(path, value)) == 1
        assert f"{kind}: {path.partition('.')[0]}" in capsys.readouterr().out
        assert compared(changed(path, value), "--allow", f"figures,{kind}") == 0
    with pytest.raises(SystemExit, match="2"):
        compared(STATE, "--allow", "everything")


def test_fixes_that_differ_are_written_as_a_table(compared, tmp_path):
    page = tmp_path / "fixes.md"
    assert compared(changed("verdicts.over_cap.fixes", [["rounds", 50.0]]), "--fixes", str(page)) == 1
    assert page.read_text().splitlines()[2:] == [
        "| deep_mine/paradox | state 1 (default) | over_cap | local_steps=6 | rounds=50 |"
    ]


def test_a_record_reads_back_as_it_was_written(tmp_path):
    path = tmp_path / "record.json.gz"
    save({"deep_mine/paradox": {"words": {"low": float("-inf")}, "states": [STATE, STATE]}}, path)
    assert load(path) == {"deep_mine/paradox": {"words": {"low": float("-inf")}, "states": [STATE, STATE]}}
    assert gzip.decompress(path.read_bytes()).count(b"assumed: a cap") == 1
