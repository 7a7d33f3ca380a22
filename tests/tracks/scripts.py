"""What every script that a bench gives away must be: short, plain, and run by Python with numpy alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

MAX_LINES, MAX_COLUMNS = 120, 120
IMAGE = 1 / 360 + 1e-6  # of accuracy, printed to six digits


def printed(text: str, folder: Path) -> list[str]:
    """Run a script by itself and return the lines that it prints."""
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    # Isolated: neither this repository nor the environment's paths are seen.
    done = subprocess.run(
        [sys.executable, "-I", str(path)], cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def check_plain(text: str) -> None:
    """Assert that a script is short and narrow but for its packed arrays, and imports numpy and Python's own."""
    lines = text.splitlines()
    assert len(lines) < MAX_LINES
    assert max(len(line) for line in lines if "unpack(" not in line) <= MAX_COLUMNS
    imported = {
        alias.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imported == {"base64", "zlib", "numpy"}
    assert text.isascii()
