"""Plant one fault at a time into the browser's scripts and see whether their unit tests fail.

    python -m tools.bundle.mutants            # those of tests/scripts/faults.json, over all modules: some minutes
    python -m tools.bundle.mutants gate.js    # those of one script

The faults are planted in a copy. Their rows of docs/contributing/faults_seen_scripts.md are written anew.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.bundle.node import node

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS, TESTS, BOOT = Path("dashboard/scripts"), Path("tests/scripts"), Path("dashboard/assets/boot.js")
FAULTS = json.loads((ROOT / TESTS / "faults.json").read_text(encoding="utf-8"))  # script, stands, planted, wrong
PAGE = ROOT / "docs" / "contributing" / "faults_seen_scripts.md"
HEAD = "| script | what goes wrong | the unit test that fails |\n|---|---|---|\n"
MOST_S = 300.0
PATIENCE = 4  # times what the tests take without a fault


def failing(copy: Path, folder: str = "**", most_s: float = MOST_S) -> str:
    """Return the first test of a folder that fails in a copy, or "" if all pass; a fault may keep them from ending."""
    command = [node(), "--test", "--test-reporter=tap", f"{TESTS}/{folder}/*.test.js"]
    with subprocess.Popen(
        command, cwd=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", start_new_session=True
    ) as run:
        try:
            said, _ = run.communicate(timeout=most_s)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)  # node runs each file in a process of its own
            return "the tests do not end"
    if run.returncode == 0:
        return ""
    lines = [line.strip() for line in said.splitlines()]
    names = [line.partition(" - ")[2] for line in lines if line.startswith("not ok")]
    own = [name for name in names if not name.endswith(".js")]
    return (own or names or ["the scripts do not load"])[0]


def tried(name: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield (script, what goes wrong, the test that fails) of every fault whose script ends in ``name``.

    Raises:
        ValueError: the tests fail without any fault, so that nothing could be seen.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in (SCRIPTS, TESTS):
            shutil.copytree(ROOT / part, copy / part)
        (copy / BOOT).parent.mkdir()
        shutil.copy(ROOT / BOOT, copy / BOOT)
        start = time.monotonic()
        if failed := failing(copy):
            raise ValueError(f"The tests fail without any fault: {failed}")
        most_s = min(MOST_S, PATIENCE * (time.monotonic() - start))
        for fault in FAULTS:
            if not fault["script"].endswith(name):
                continue
            script = copy / SCRIPTS / fault["script"]
            text = script.read_text(encoding="utf-8")
            script.write_text(text.replace(fault["stands"], fault["planted"]), encoding="utf-8")
            own = failing(copy, Path(fault["script"]).parent.name, most_s)  # those beside it take less time than all
            yield fault["script"], fault["wrong"], own or failing(copy, most_s=most_s)
            script.write_text(text, encoding="utf-8")


def rows(page: str) -> dict[tuple[str, str], str]:
    """Return the test that fails by (script, what goes wrong), as a page says; "" where none does."""
    cells = (line.strip("| ").split(" | ", 2) for line in page.partition(HEAD)[2].splitlines())
    return {(script.strip("`"), wrong): test.replace("**none**", "") for script, wrong, test in cells}


def with_rows(page: str, found: Mapping[tuple[str, str], str]) -> str:
    """Return the page with the rows of all planted faults, known from earlier or found now, and how many are seen.

    Raises:
        ValueError: one was never tried.
    """
    known = rows(page) | dict(found)
    keys = [(fault["script"], fault["wrong"]) for fault in FAULTS]
    if untried := [f"{script}: {wrong}" for script, wrong in keys if (script, wrong) not in known]:
        raise ValueError(f"Run without a name, since these were never tried: {'; '.join(untried)}")
    lines = [f"| `{script}` | {wrong} | {known[script, wrong] or '**none**'} |" for script, wrong in keys]
    seen = sum(bool(known[key]) for key in keys)
    text = re.sub(r"\d+ of \d+ are seen\.", f"{seen} of {len(keys)} are seen.", page.partition(HEAD)[0], count=1)
    return text + HEAD + "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Print and write what is found, and return 1 if a fault survives."""
    found = {}
    for script, wrong, test in tried(*arguments[:1]):
        found[script, wrong] = test
        print(f"{script}: {wrong}: {test or 'NOT SEEN'}", flush=True)
    PAGE.write_text(with_rows(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
    seen = sum(map(bool, found.values()))
    print(f"{seen} of {len(found)} faults are seen.")
    return int(seen < len(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
