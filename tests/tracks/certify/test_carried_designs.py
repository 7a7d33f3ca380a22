"""What an earlier bench decides is certified where it is offered."""

from dataclasses import replace

from tests.tracks.certify.spoilt_benches import POINTS, after_solve
from tracks.certify import certificate as testing
from tracks.certify.carried import CARRIED
from tracks.certify.report import page
from tracks.certify.survey import ARRIVING, Survey
from tracks.certify.template import CRISIS, HARBOUR_CRANE


def with_offer(decision, crisis=CRISIS):
    """Return the crisis with two controls set by an earlier bench, and that bench, which decides so wherever it is."""
    names = {f"carried_{name}": name for name in decision}

    def decide(outcome, **controls):
        return replace(outcome, decision={f"carried_{name}": value for name, value in decision.items()})

    earlier = replace(after_solve(decide), id="earlier", title="Earlier: the same", order=1)
    controls = tuple(
        replace(c, carried=f"earlier.carried_{c.id}") if c.id in names.values() else c for c in crisis.controls
    )
    return replace(crisis, controls=controls), (earlier, crisis)


def carried(decision, **options):
    """Return what the checks of what is carried find, by name, and the certificate."""
    bench, benches = with_offer(decision)
    proof = testing.certify(HARBOUR_CRANE, bench, points=POINTS, benches=benches, **options)
    return {item.check: item for item in proof.findings}, proof


def test_what_an_earlier_bench_decides_is_certified_where_it_is_offered():
    """The start is left as it is: only what the press adds is looked at anew."""
    found, proof = carried({"compression": 2.0})
    assert list(found)[-3:] == [check.__name__ for check in CARRIED]
    assert all(found[check.__name__].passed for check in CARRIED)
    assert len(proof.arrivals) == ARRIVING
    told, fails, alone = proof.arrivals[0]
    assert (told, fails, alone) == ("Earlier: Codec 2×", "late", "")
    rows = page([proof], took="a minute").partition("## From carried states")[2]
    assert rows.count("| Earlier: Codec 2× | late | - |") == 1, "wins that decide the same are one row"


def test_which_decision_wins_after_the_press_is_told():
    """The press and one more decision are two; that it takes no more is said, and is no fault."""
    found, proof = carried({"radio": "depot"})
    assert found["carried_no_single_control_win"].passed
    assert "one decision wins in 8 of 8" in found["carried_no_single_control_win"].text
    assert proof.arrivals[0][2] == "Codec 4×"


def test_a_press_that_has_to_be_taken_back_is_told():
    """From 60 rounds one best move after the other ends where no move raises the smallest margin."""
    found, _ = carried({"rounds": 60})
    assert found["carried_default_fails"].passed
    assert found["carried_two_designs"].passed
    assert "from 0 of 8 the greedy path leads to one; taken back first" in found["carried_two_designs"].text
    assert "no win after 1 moves" in found["carried_two_designs"].text


def test_a_press_that_wins_is_found():
    """What two decisions win together, one press must not."""
    wins = Survey(HARBOUR_CRANE, CRISIS, points=POINTS).wins[0]
    found, proof = carried(wins)
    for check in ("carried_default_fails", "carried_no_single_control_win"):
        assert not found[check].passed
        assert "Earlier: " in found[check].text
    assert proof.arrivals == ()
