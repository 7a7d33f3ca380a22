"""The package's own tests: run them where the package and the lab are installed."""

import pytest
from tracks.loading.registry import load_registry
from tracks.testing import cases

LAB = load_registry()


def test_the_lab_finds_the_package():
    (found,) = [row for row in LAB.found if row.name == "argo"]
    assert (found.kind, found.tracks, found.reason) == ("package", ("argo_listener",), "")


@pytest.mark.parametrize("case", cases(LAB, only=["argo_listener/crisis"]), ids=str)
def test_the_crisis_is_a_good_bench(case):
    case()
