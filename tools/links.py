"""Ask for every address outside that the documentation names, and say in one sentence what came back.

    python tools/links.py

What 'make docs-links' runs. Exit status 1 if an address is broken, 2 if none answered at all, as without a network,
or if Sphinx could not read the pages.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SOUND = ("working", "redirected")
BROKEN = ("broken", "timeout")
REFUSED = re.compile(r"\d{3} ")  # "404 Client Error": a server that refuses is a network


def judged(answers: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """Return the exit status and the lines to print for what Sphinx's link check has found, an answer an address."""
    broken = [answer for answer in answers if answer["status"] in BROKEN]
    asked = len(broken) + sum(answer["status"] in SOUND for answer in answers)
    if not broken:
        return 0, [f"{asked} of {asked} addresses outside answer."]
    if len(broken) == asked and not any(REFUSED.match(answer["info"]) for answer in broken):
        no_answer = f"None of {asked} addresses outside answered: without a network there is nothing to check. "
        return 2, [no_answer + "'make docs' checks the links between the pages and needs none."]
    lines = [f"docs/{one['filename']}:{one['lineno']}: {one['uri']}: {one['info']}" for one in broken]
    return 1, [*lines, f"{len(broken)} of {asked} addresses outside are broken."]


def main(source: Path = ROOT / "docs", build: Path = ROOT / "build") -> int:
    """Run the check, print what it found and return the exit status."""
    found = build / "docs-links" / "output.json"
    found.unlink(missing_ok=True)
    command = [
        sys.executable, "-m", "sphinx", "-q", "-E", "-c", str(ROOT / "docs"), "-d", str(build / "doctrees-links"),
        "-b", "linkcheck", str(source), str(found.parent),
    ]  # fmt: skip
    run = subprocess.run(command, stderr=subprocess.PIPE, text=True, encoding="utf-8", check=False)
    if not found.is_file():
        print(run.stderr, "The pages could not be read: see above.", sep="\n")
        return 2
    status, lines = judged([json.loads(line) for line in found.read_text(encoding="utf-8").splitlines()])
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
