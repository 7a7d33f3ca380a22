"""Plant one fault at a time into the browser's scripts and see whether their unit tests fail.

    python -m tools.bundle.mutants            # those of tests/scripts/faults.json, over all modules: some minutes
    python -m tools.bundle.mutants gate.js    # those of one script

The faults are planted in a copy. docs/contributing/faults_seen_scripts.md holds the result.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.bundle.node import node

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS, TESTS, BOOT = Path("dashboard/scripts"), Path("tests/scripts"), Path("dashboard/assets/boot.js")
FAULTS = json.loads((ROOT / TESTS / "faults.json").read_text(encoding="utf-8"))  # script, stands, planted, wrong


def failing(copy: Path) -> str:
    """Return the names of the tests that fail in a copy, or "" if all pass."""
    run = subprocess.run(
        [node(), "--test", "--test-reporter=tap", f"{TESTS}/**/*.test.js"],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if run.returncode == 0:
        return ""
    lines = [line.strip() for line in run.stdout.splitlines()]
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
        if failed := failing(copy):
            raise ValueError(f"The tests fail without any fault: {failed}")
        for fault in FAULTS:
            if not fault["script"].endswith(name):
                continue
            script = copy / SCRIPTS / fault["script"]
            text = script.read_text(encoding="utf-8")
            script.write_text(text.replace(fault["stands"], fault["planted"]), encoding="utf-8")
            yield fault["script"], fault["wrong"], failing(copy)
            script.write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Print a table and return 1 if a fault survives."""
    survivors = total = 0
    print("| script | what goes wrong | the test that fails |\n|---|---|---|")
    for file, wrong, test in tried(*arguments[:1]):
        total += 1
        survivors += not test
        print(f"| `{file}` | {wrong} | {test or '**none**'} |", flush=True)
    print(f"\n{total - survivors} of {total} faults are seen.")
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
