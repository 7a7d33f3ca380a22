"""Bundle the browser's scripts: ``python -m tools.bundle.bundle``, or ``make bundle``.

``dashboard/scripts`` becomes one classic script in ``dashboard/assets/bundle``, with a hash of its content in its name
and a digest of its sources in its first line. The script is committed, so that running the lab needs Python alone;
``stale`` says without node and without network whether it is the one of the sources.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tools.bundle.node import NoNode, node, npm

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
SCRIPTS = ROOT / "dashboard" / "scripts"
BUNDLES = ROOT / "dashboard" / "assets" / "bundle"
REBUILD = "run make bundle"


def sources(scripts: Path = SCRIPTS) -> list[Path]:
    """Return every file that decides about the bundle, the bundler's version and settings included."""
    own = [path for path in scripts.rglob("*") if path.suffix in (".js", ".json")]
    return [*sorted(own), HERE / "build.mjs", HERE / "package-lock.json"]


def digest(files: Iterable[Path]) -> str:
    """Return a digest of the names and contents of files, the same on every system."""
    total = hashlib.sha256()
    for path in files:
        content = path.read_bytes().replace(b"\r\n", b"\n")
        total.update(f"{path.parent.name}/{path.name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()[:16]


def banner(of: str) -> str:
    """Return the first line of a bundle made of sources with that digest."""
    return f"/* Made by make bundle from dashboard/scripts {of} */"


def name_of(content: bytes) -> str:
    """Return the file name of a bundle."""
    return f"edgelab-{hashlib.sha256(content).hexdigest()[:12]}.js"


def stale(bundles: Path = BUNDLES, files: Iterable[Path] | None = None) -> str:
    """Return a sentence on what is wrong with the stored bundle and what to run; empty if it is the sources' own."""
    found = sorted(path.name for path in bundles.glob("*"))
    if len(found) != 1:
        return f"{bundles} must hold one bundle and holds {', '.join(found) or 'none'}; {REBUILD}"
    content = (bundles / found[0]).read_bytes()
    if name_of(content) != found[0]:
        return f"{found[0]} was changed by hand: its name is not the hash of its content; {REBUILD}"
    made_of = re.match(r"/\* Made by make bundle from dashboard/scripts (\w+) \*/", content.decode())
    if made_of is None or made_of.group(1) != digest(sources() if files is None else files):
        return f"{found[0]} is not made from dashboard/scripts as they are now; {REBUILD}"
    return ""


def build(target: Path) -> None:
    """Write the bundle of the sources to a file, with the bundler that package-lock.json pins.

    Raises:
        NoNode: there is no node. subprocess.CalledProcessError: npm or the bundler fails; it has said why.
    """
    program = node()
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(program).parent), os.environ.get("PATH", "")])}
    install = [*npm(), "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(install, cwd=HERE, check=True, env=environment)
    arguments = [str(SCRIPTS / "main.js"), str(target), banner(digest(sources()))]
    subprocess.run([program, "build.mjs", *arguments], cwd=HERE, check=True)


def main() -> int:
    """Replace the stored bundle and return an exit code."""
    BUNDLES.mkdir(parents=True, exist_ok=True)
    made = HERE / "node_modules" / "edgelab.js"
    try:
        build(made)
    except NoNode as problem:
        print(problem, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as problem:
        print(f"The bundle was not made: {' '.join(problem.cmd[:3])} failed; npm needs its registry.", file=sys.stderr)
        return 1
    content = made.read_bytes()
    for old in BUNDLES.iterdir():
        old.unlink()
    (BUNDLES / name_of(content)).write_bytes(content)
    print(f"{name_of(content)}: {len(content):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
