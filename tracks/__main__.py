"""``python -m tracks``: the author's commands by themselves, as ``edgelab tracks`` offers them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tracks.commands.group import tracks
from tracks.commands.terminal import run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return run(tracks, arguments, program="python -m tracks")


if __name__ == "__main__":
    sys.exit(main())
