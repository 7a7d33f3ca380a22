"""Render docs/track_words.md: every extra constant and every text that a bench reads of a track, from the declarations.

python tools/track_words_page.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "track_words.md"
sys.path.insert(0, str(ROOT))

from tracks.api.bench import Bench  # noqa: E402
from tracks.loading.registry import Registry, load_registry  # noqa: E402

INTRODUCTION = """# What benches read of a track

Beyond the fixed fields of `Model`, `Device`, `Fleet` and `Targets`, a bench may read constants from `device.extras` and
`targets.extras`, and texts from `Track.texts`. It declares them in `Bench.extras` and `Bench.texts`; this page lists
them all. A track that has any other name there is refused with the nearest right one. A constant that only the track's
own table shows is declared by the track, in `Track.extras`.

This page is rendered by `python tools/track_words_page.py`; a test holds it to the declarations.
"""


def benches(registry: Registry) -> dict[str, Bench]:
    """Return the course's benches and crises by the name they have on this page."""
    found: dict[str, Bench] = {}
    for track in registry.tracks.values():
        for bench in registry.benches(track.id):
            own = track.crisis is not None and bench.id == track.crisis.id
            found.setdefault(f"{track.name}'s crisis" if own else bench.id, bench)
    return found


def page() -> str:
    """Return the whole page."""
    found = benches(load_registry(entry_points=False))
    parts = [INTRODUCTION]
    parts.append("## Constants\n\n| name | unit | meaning | read by | where a track lacks it |\n|---|---|---|---|---|")
    extras = {extra.path: extra for bench in found.values() for extra in bench.extras}
    for path in sorted(extras):
        readers = [(name, extra) for name, bench in found.items() for extra in bench.extras if extra.path == path]
        otherwise = "; ".join(dict.fromkeys(extra.otherwise or "the bench is refused" for _, extra in readers))
        extra = extras[path]
        names = ", ".join(name for name, _ in readers)
        parts.append(f"| `{path}` | {extra.unit} | {extra.meaning} | {names} | {otherwise} |")
    parts.append("\n## Texts\n\n| name | meaning | read by | where a track lacks it |\n|---|---|---|---|")
    texts = {text.name: text for bench in found.values() for text in bench.texts}
    for key in sorted(texts):
        names = ", ".join(name for name, bench in found.items() if any(text.name == key for text in bench.texts))
        parts.append(f"| `{key}` | {texts[key].meaning} | {names} | {texts[key].otherwise or 'the bench is refused'} |")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} written")
