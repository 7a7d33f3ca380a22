"""The small app behind its request checks, made once for a module; a test sees only its own requests."""

from __future__ import annotations

import pytest

from tests.dashboard.web.page_requests import Door, small_app


@pytest.fixture(scope="module")
def shared_door() -> Door:
    app, calls = small_app()
    return Door(app.server.test_client(), calls)


@pytest.fixture
def door(shared_door: Door) -> Door:
    shared_door.calls.clear()
    return shared_door
