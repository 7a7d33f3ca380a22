"""A test of many points fails where one point does, and names it."""

import inspect

import pytest

from tests.physics.reference.rows import on_every


def test_every_point_is_tried_and_those_that_fail_are_listed():
    tried = []

    @on_every("one", [1, 2])
    @on_every(("two", "sum"), [(10, 11), (20, 22)])
    def adds(one, two, sum):
        tried.append((one, two))
        assert one + two == sum

    with pytest.raises(AssertionError, match="2 of 2 points fail") as failure:
        adds()
    assert tried == [(1, 10), (1, 20), (2, 10), (2, 20)]
    assert str(failure.value).count("1 of 2 points fail") == 2
    assert "{'two': 20, 'sum': 22}" in str(failure.value)
    assert not inspect.signature(adds).parameters


def test_what_no_point_gives_is_left_to_pytest():
    @on_every("one", [1])
    def adds(one, tmp_path):
        pass

    assert list(inspect.signature(adds).parameters) == ["tmp_path"]


def test_no_points_are_no_test():
    with pytest.raises(AssertionError):
        on_every("one", [])
