"""Ask for known vulnerabilities of what the lab runs on: ``make audit``, by pip-audit and the data of OSV.

The exit code is 0 where nothing is known against any pinned version, and 1 where something is, or where it could not be
found out: an audit that did not take place is no clean one.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PINS = ROOT / "requirements" / "run.txt"
OSV = "https://api.osv.dev/v1/query"
_SHOWN = 300  # characters of a reason
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)$", re.MULTILINE)


class NotAudited(Exception):
    """It could not be found out; the sentence says why."""


def audited(pins: Path, service: str) -> list[dict[str, Any]]:
    """Return pip-audit's answer for every version that a file pins.

    Raises:
        NotAudited: the service cannot be reached or does not answer as it should, or a version was left out.
    """
    asked = {name.lower().replace("_", "-").replace(".", "-") for name, _ in _PIN.findall(pins.read_text("utf-8"))}
    command = [sys.executable, "-m", "pip_audit", f"--requirement={pins}", "--no-deps", "--disable-pip", "--strict"]
    command += ["--vulnerability-service=osv", f"--osv-url={service}", "--format=json", "--progress-spinner=off"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise NotAudited(said[-1][:_SHOWN] if said else f"pip-audit ended with {done.returncode}") from None
    left_out = [line for line in done.stderr.splitlines() if line.startswith("WARNING:pip_audit._service")]
    if left_out:  # an entry that pip-audit cannot read is no answer
        raise NotAudited(left_out[0][:_SHOWN])
    answered = {each["name"].lower().replace("_", "-").replace(".", "-") for each in found if "vulns" in each}
    if not asked or asked - answered:
        raise NotAudited(f"no answer about {', '.join(sorted(asked - answered)) or 'anything'}")
    return found


def main() -> int:
    """Print what is known, a line each, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pins", type=Path, default=PINS, help="a file of pinned versions")
    parser.add_argument("--osv-url", default=OSV, help="a service that answers as OSV does")
    given = parser.parse_args()
    try:
        found = audited(given.pins, given.osv_url)
    except (NotAudited, OSError) as problem:
        sentence = "Nothing was audited: the vulnerability data of"
        print(f"{sentence} {given.osv_url} could not be asked about {given.pins.name} ({problem}).", file=sys.stderr)
        return 1
    known = [(each, one) for each in found for one in each["vulns"]]
    for each, one in known:
        mended = f"; mended in {', '.join(one['fix_versions'])}" if one["fix_versions"] else ""
        print(f"{each['name']} {each['version']}: {one['id']}{mended}")
    print(f"{len(found)} versions of {given.pins.name} audited: {len(known) or 'no'} known vulnerabilities.")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main())
