"""Copy what the browser needs of ``tracks/api/quantities.py``: ``python -m tools.bundle.units``.

It writes the table of units that the scripts bundle, and the cases on which both sides are tested.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tracks.api import quantities

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "dashboard" / "scripts" / "numbers" / "units.json"
CASES = ROOT / "tests" / "scripts" / "quantity_cases.json"
REWRITE = "run python -m tools.bundle.units, then make bundle"

# Where rounding, prefixes and powers of ten change, from both sides.
_EDGES = (
    *(0.0, 0.0009994, 0.0009995, 0.0009999, 0.001, 0.0010049, 0.001005, 0.0999, 0.09995, 0.12349, 0.1235, 0.5, 0.9994),
    *(0.9995, 1.0, 1.005, 1.125, 1.245, 2.345, 9.994, 9.995, 10.0, 12.35, 12.45, 59.95, 99.94, 99.95, 100.0, 119.4),
    *(119.5, 120.0, 122.5, 123.5, 512.0, 999.0, 999.4, 999.49, 999.5, 999.6, 1000.0, 1004.9, 1005.0, 1015.0, 1023.0),
    *(2048.0, 9999.0),
    *(1023.9, 1024.0, 1234.0, 1235.0, 7199.0, 7200.0, 9994.9, 9995.0, 12345.0, 99950.0, 172800.0, 999499.0, 999500.0),
    *(1e6, 1048575.0, 1048576.0, 12345678.0, 63072000.0, 999499999.0, 999500000.0, 1e9, 1073741824.0, 9.994e9),
    *(9.995e9, 9.9999e9, 1e10, 1.005e10, 4e16, 9.995e17, 1e18, 9.6e20, 6.02e23, 1e30, 1.5e300, 2.6e-6, 9.995e-7),
    *(9.994e-4, 1e-9, 5e-324),
)
_UNITS = (*quantities.PREFIXES, "steps", "")

# What a person may type, in which unit.
_TYPED = {
    "B": (
        *("2048", "2 048", "2\u202f048", "2'048", "2_048", "1,000,000", "1,234", "1,234.5", "12,345,678 kB", "2 bytes"),
        *("2 GB", "2gb", "2 gb", "2 \u00a0GB", "  12  ", "1 2", "1" * 60, "1" * 61, "", " ", "-", "much", "NaN"),
        *("Infinity", "2 parsec", "<b>", "0x10", "800 G", "1.5k", "5 M", "5 m", "about 500 GB", "~500", "≈ 2 MB"),
        *("about", "5 Mb", "5 b", "1/3 GB", "1/2/3", "1/0", "5 ki"),
    ),
    "iB": ("2 GiB", "2 gib", "2 TiB", "2 GB", "2 MB", "3 K", "3 G", "3 T", "5 Gb"),
    "bit/s": ("5 Mb/s", "5 mb/s", "5 bit/s", "5 MB/s", "5 Mbps", "5 MBps", "5 M"),
    "B/s": ("5 MB/s", "5 Mb/s", "5 mb/s", "5 MBps", "5 G"),
    "s": ("5 m", "5 k", "2e-3 s", "90 s", "2 hours", "2 min", "3 us", "3 µs", "3 sec", "1 day", "2 years"),
    "W": ("5 M", "5 m", "5 k", "5 mW", "5 MW", "5 kw"),
    "J": ("5 MJ", "5 mj"),
    "share": ("1/2", "½", "1½", "1/2 %", "about 3 %", "0,5 %", "0,5", "50", "50 pct", "50 percent"),
    "points": ("−3.2", "–3.2 pp", "+3.2 points", "1 point"),
    "x": (
        *("1,5", "0,123", "1,23", "1,234,56", "1.234,5", "1,,2", "0,001,000", "2e3", "2E3", "1e999", "-1e999", "10^-5"),
        *("10**3", "3×10^4", "3 x 10^4", "3*10^4", "3·10^4", "3 10^4", "2.6\u202f×\u202f10⁻⁶", "10⁻⁵", "-10⁵", "10⁺⁵"),
        *("2,555e-6", "2,555 × 10^-6", "2,555·10⁻⁶", "2.555e-6", "1,234e", "1.234.567", "1.234.567,8", "12.34.567"),
        *("1.234,567", "1,234 x", "1,234 10", "1.2345,6", "+1.234,5"),
        *(".5", "5.", "+5", "e5", "--5", "3 times", "3 ×", "3x", "4%", "4 %", "0,5 percent", "4‰"),
    ),
    "steps": ("7 steps", "7 Steps", "7", "7 rounds", "1 step"),
    "": ("7", "7 s", "1.5k", "2 M", "1/2", "circa 7", "ca. 7"),
}


def table() -> str:
    """Return the units as JSON."""
    content = {
        "made_by": "python -m tools.bundle.units, from tracks/api/quantities.py",
        "upwards": quantities.UPWARDS,
        "max_entry": quantities.MAX_ENTRY,
        "zero_in_base": quantities.ZERO_IN_BASE,
        "whole_below": quantities.WHOLE_BELOW,
        "one": quantities.ONE,
        "spelled": quantities.SPELLED,
        "prefixes": quantities.PREFIXES,
    }
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n"


def _read(text: str, unit: str) -> float | None:
    try:
        return quantities.read_quantity(text, unit)
    except ValueError:
        return None


def cases() -> dict[str, list[list[Any]]]:
    """Return [value, unit, text] of what is written and [text, unit, value or None] of what is read."""
    values = [sign * edge for edge in _EDGES for sign in (1, -1)]
    written = [[value, unit, quantities.in_words(value, unit)] for unit in _UNITS for value in values]
    read = [[text, unit, _read(text, unit)] for unit, texts in _TYPED.items() for text in texts]
    again = [[text, unit, _read(text, unit)] for _, unit, text in written if unit in ("iB", "s", "points", "steps")]
    return {"written": written, "read": [*read, *again]}


def cases_text() -> str:
    """Return the cases as JSON, one a line."""
    parts = (
        f'"{name}": [\n' + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"
        for name, rows in cases().items()
    )
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main() -> int:
    """Write both files."""
    TABLE.write_text(table(), encoding="utf-8")
    CASES.write_text(cases_text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
