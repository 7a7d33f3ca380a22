"""``parametrize_with_checks`` makes one test of each named check, and takes the failures that a bench expects."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.plugins.downlink import BENCH
from tracks import Reading, testing
from tracks.api import charts
from tracks.certify.report import report
from tracks.edge_guardian import EDGE_GUARDIAN

OPENED = Path("/dev/null").open()  # noqa: SIM115 - what no process can send to another
MEGABYTES = (Reading(id="time", label="Size", value=1, unit="MB"),)


def parameters(bench, **options):
    """The tests that the decorator makes, by the name of their check."""
    mark = testing.parametrize_with_checks([EDGE_GUARDIAN], benches=[bench], points=4, **options).mark
    assert mark.args[0] == "check"
    return {item.values[0].check.__name__: item for item in mark.args[1]}


@pytest.fixture(scope="module")
def good():
    return BENCH


def test_each_check_is_a_test_by_its_name(good):
    found = parameters(good)
    names = [check.__name__ for check in testing.CONFORMANCE]
    assert set(names) <= set(found)
    assert found["answers_repeat"].id == f"edge_guardian/{BENCH.id}: answers_repeat"
    for name in names:
        found[name].values[0]()


@pytest.mark.parametrize(
    ("check", "change", "words"),
    [
        ("nothing_is_printed", lambda out: print("here") or out, "solve prints 'here'"),
        ("answers_travel", lambda out: replace(out, decision={"file": OPENED}), "numbers, texts"),
        ("all_else_stays", lambda out: setattr(charts, "MINE", 1) or out, "tracks.api.charts.MINE"),
        (
            "units_are_known",
            lambda out: replace(out, readings=MEGABYTES),
            "'B'",
        ),
        ("default_is_drawn", lambda out: replace(out, panels={**out.panels, "more": out.panels["time"]}), "no panel"),
    ],
)
def test_each_check_finds_what_it_is_for(good, check, change, words):
    def wrong(track, **values):
        return change(good.solve(track, **values))

    bench = replace(good, solve=wrong, hud=())
    try:
        with pytest.raises(AssertionError, match=words):
            parameters(bench)[check].values[0]()
    finally:
        vars(charts).pop("MINE", None)


def test_a_failure_that_is_expected_is_one_of_pytest_and_is_printed(good):
    wrong = replace(good, expected_failures={"controls_move": "it is an example"})
    (mark,) = parameters(wrong)["controls_move"].marks
    assert (mark.name, mark.kwargs) == ("xfail", {"reason": "it is an example", "strict": True})
    text = report(testing.certify(EDGE_GUARDIAN, wrong, points=4))
    assert "It is said to fail (it is an example)" in text


def test_an_expected_failure_lets_a_certificate_hold_and_says_when_it_is_over(good):
    plain = testing.certify(EDGE_GUARDIAN, good, points=4)
    failing = [item.check for item in plain.findings if not item.passed]
    assert failing
    known = replace(good, expected_failures=dict.fromkeys(failing, "an example"))
    proof = testing.certify(EDGE_GUARDIAN, known, points=4)
    assert proof.holds
    assert f"known {failing[0]}" in report(proof)
    passing = next(item.check for item in plain.findings if item.passed)
    over = testing.certify(EDGE_GUARDIAN, replace(good, expected_failures={passing: "once"}), points=4)
    assert "but passes: take that out." in report(over)


def test_a_check_that_there_is_not_is_refused_with_those_that_there_are(good):
    with pytest.raises(LookupError, match="names 'no_such', which is no check; there are answers_everywhere"):
        parameters(replace(good, expected_failures={"no_such": "why"}))
