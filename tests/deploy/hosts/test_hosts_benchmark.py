"""What two hosts cost beside one is measured on answers alone: all are there, and every part is counted."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.deploy.department.machine import ROOT

PARTS = {
    "one host": ["labs"],
    "one host, nginx": ["labs", "nginx"],
    "two hosts": ["labs", "nginx", "PostgreSQL", "Redis"],
}


@pytest.mark.sweep
def test_each_lab_answers_the_same_load_and_each_part_of_it_is_counted() -> None:  # N17
    command = [sys.executable, "-m", "benchmarks.load.hosts", "--students", "4", "--seconds", "2", "--rounds", "1"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr
    for name, parts in PARTS.items():
        row, counted = re.search(rf"^\| {name} \| (.+)\n\| \.\.\. (.+) \|$", done.stdout, re.MULTILINE).groups()  # type: ignore[union-attr]
        assert row.split(" | ")[5] == "0", "every update is answered"
        shares = dict(part.rsplit(" ", 2)[:2] for part in counted.split(", "))
        assert list(shares) == parts
        assert float(shares["labs"]) > 0, "the others may take less than a tick of the clock"
