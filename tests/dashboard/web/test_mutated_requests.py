"""What a fuzzer makes of a valid request is answered or refused in one sentence, and is no fault."""  # N16

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dashboard.web.page_requests import (
    BENCH,
    GONE,
    Door,
    changed,
    list_body,
    repeat_body,
    route_body,
    sentence_of,
    update_body,
)

ATOMS = [None, True, 0, -1, 2**63, 10**25, 1e308, float("nan"), "", "\0", "\ud800", "ALL", "data", "{}.data", BENCH]
JUNK = st.recursive(
    st.sampled_from(ATOMS) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


def parts_of(value: Any, where: str = "") -> Iterator[str]:
    """Yield the address of everything within a value."""
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value) if type(value) is list else ():
        yield f"{where}{step}"
        yield from parts_of(inner, f"{where}{step}/")


VALID = [update_body(), route_body(), repeat_body(), list_body()]
PARTS = [(number, where) for number, body in enumerate(VALID) for where in parts_of(body)]


@settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(part=st.sampled_from(PARTS), junk=st.just(GONE) | JUNK, cut=st.none() | st.binary(max_size=2), at=st.integers(0))
def test_no_mutated_request_is_a_fault(
    shared_door: Door, part: tuple[int, str], junk: Any, cut: bytes | None, at: int
) -> None:
    shared_door.calls.clear()
    number, where = part
    data = json.dumps(changed(copy.deepcopy(VALID[number]), where, junk)).encode()
    if cut is not None:
        at %= len(data)
        data = data[:at] + cut + data[at + 1 :]
    response = shared_door.post(data)
    if response.status_code in (200, 204):
        assert len(shared_door.calls) == 1
    else:
        assert response.status_code in (400, 422), response.data
        sentence_of(response)
