"""The whole lab against requests that were tampered with: no fault, one sentence, nothing written."""  # N16

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from dashboard.ledger.identity import COOKIE
from tests.dashboard.web.hostile.renderer import PATH
from tests.dashboard.web.hostile.tampering import ATOMS, FORGED, NAMES, tampered
from tests.dashboard.web.hostile.visit import Lab


def check_refusal(response: TestResponse) -> None:
    """Fail unless a refusal is one sentence and nothing else."""
    assert response.status_code < 500, response.data
    said = response.get_json()
    assert list(said) == ["error"]
    assert isinstance(said["error"], str)
    assert said["error"].strip()
    assert "\n" not in said["error"]
    assert "Traceback" not in said["error"]


def test_every_callback_can_be_reached(lab: Lab) -> None:
    """What is tampered with below covers the lab: each callback of the server has a valid request among them."""
    callbacks = {output for output, callback in lab.browser.app.callback_map.items() if "callback" in callback}
    assert callbacks == {body["output"] for body in lab.bodies}
    assert lab.events() == 7  # a lock, the opening, a try, what it showed, what is carried, a reflection, its marks


def test_what_pages_send_passes_the_door(lab: Lab) -> None:
    """Nobody is refused by a door made against others: what a page sends is answered, or refused by the lab's rules."""
    for body in lab.bodies:
        response = lab.send(json.dumps(body).encode())
        assert response.status_code in (200, 204, 403), (body, response.data)
        if response.status_code == 403:
            assert re.search("Lock your prediction first|Record a try|no such question", response.get_json()["error"])


def test_a_request_that_names_no_trigger_is_no_fault(lab: Lab) -> None:
    """A press is told by its trigger, so that without one nothing is pressed."""
    for body in {body["output"]: body for body in lab.bodies}.values():
        response = lab.send(json.dumps({**body, "changedPropIds": []}).encode())
        if response.status_code not in (200, 204):
            check_refusal(response)


@pytest.mark.parametrize("cookie", FORGED)
def test_nobody_is_another_student(lab: Lab, cookie: str | None) -> None:
    """Without the student's own cookie the locked bench stays closed, and nothing is written."""
    client = lab.browser.app.server.test_client()
    headers = {} if cookie is None else {"Cookie": f"{COOKIE}={cookie}"}
    events, refused = lab.events(), 0
    for body in lab.bodies:
        response = client.post(PATH, json=body, headers=headers)
        assert response.status_code == 403 or '"figure"' not in body["output"]
        if response.status_code not in (200, 204):
            check_refusal(response)
            refused += 1
    assert refused > 0
    assert lab.events() == events


JUNK = st.recursive(
    st.sampled_from(ATOMS) | st.text(max_size=6) | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=4,
)


class Drawn:
    """Choices that Hypothesis makes, and makes smaller when one fails."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data

    def pick(self, among: Sequence[Any]) -> Any:
        return self.data.draw(st.sampled_from(among))

    def number(self, low: int, high: int) -> int:
        return self.data.draw(st.integers(low, high))

    def junk(self) -> Any:
        return self.data.draw(JUNK)


@settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_tampered_request_is_a_fault_or_writes_when_it_is_refused(lab: Lab, data: st.DataObject) -> None:
    sent = tampered(lab.bodies, Drawn(data))
    events = lab.events()
    response = lab.send(sent)
    if response.status_code not in (200, 204):
        check_refusal(response)
        assert lab.events() == events
