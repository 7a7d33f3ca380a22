"""A served lab under hostile requests, as ``make hostile`` sends 10,000 of: no fault, no change, no leak."""  # N16

from pathlib import Path

from tests.dashboard.web.hostile.served import Served, attack


def test_hostile_requests_find_no_fault_and_change_nothing(tmp_path: Path) -> None:
    served = Served(tmp_path)
    with served.running():
        found = attack(served, 250, seed=2)
    assert found.sent == 250
    assert len(found.kinds) == 9, "every kind of them"
    assert found.errors == []
    assert found.changes == []
    assert found.leaks == []
    assert found.tracebacks == 0
    assert found.is_well
