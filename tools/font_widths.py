"""Write dashboard/rendering/figures/advances.py from the vendored font: how wide each of its letters is.

python tools/font_widths.py
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parents[1]
FONTS = ROOT / "dashboard" / "assets" / "vendor"
TARGET = ROOT / "dashboard" / "rendering" / "figures" / "advances.py"
SUBSETS = ("latin", "latin-ext", "greek")
WEIGHTS = {"REGULAR": 400, "BOLD": 700}
STEP = 5  # thousandths of the size, to which a width is rounded: 0.04 px of a letter of 14 px
# Letters and signs that are looked for.
WRITTEN = (range(0x20, 0x180), range(0x391, 0x3CA), range(0x2000, 0x2060), range(0x20AC, 0x20AD), range(0x2100, 0x2300))
HEAD = '''"""How wide the letters of our font are: made by tools/font_widths.py from the font's own tables."""

from __future__ import annotations

from collections.abc import Mapping

# By weight: thousandths of the font's size -> the letters that are so wide. A letter with an accent is as wide as bare.
'''


def widths_in_font(weight: int) -> dict[str, int]:
    """Return how wide each letter is at a weight [thousandths of the font's size], from the tables of the files."""
    found: dict[str, int] = {}
    for subset in SUBSETS:
        font = instantiateVariableFont(TTFont(FONTS / f"source-sans-3-{subset}-wght-normal.woff2"), {"wght": weight})
        wide = font["hmtx"].metrics
        for code, glyph in font.getBestCmap().items():
            found.setdefault(chr(code), wide[glyph][0])
    return found


def widths(weight: int) -> dict[str, int]:
    """Return how wide each bare letter that is looked for is at a weight, rounded to ``STEP``."""
    return {
        letter: STEP * round(wide / STEP)
        for letter, wide in widths_in_font(weight).items()
        if any(ord(letter) in letters for letters in WRITTEN) and len(unicodedata.normalize("NFD", letter)) == 1
    }


def source() -> str:
    """Return the module."""
    parts = [HEAD]
    for name, weight in WEIGHTS.items():
        found = widths(weight)
        parts.append(f"{name}: Mapping[int, str] = {{\n")
        for wide in sorted(set(found.values())):
            letters = "".join(sorted(letter for letter, each in found.items() if each == wide))
            parts.append(f"    {wide}: {_quoted(letters)},\n")
        parts.append("}\n")
    return "".join(parts)


def _quoted(letters: str) -> str:
    """A text in double quotes, with everything but ASCII escaped, as the formatter leaves it."""
    quote = "'" if '"' in letters and "'" not in letters else '"'
    text = letters.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return quote + text.encode("ascii", "backslashreplace").decode() + quote


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="utf-8")
