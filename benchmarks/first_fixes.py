"""Count the presses of the first fix that win each bench, played in the order of the mission.

    python -m benchmarks.first_fixes

prints the last column of the table in docs/decisions/0025-hints-in-three-levels.md. Each bench starts at its own
default; the values come as the third level of a hint gives them, after the two own tries that open it.
"""

from __future__ import annotations

from dashboard.rendering.hints import changes
from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.fixes import fix_text
from tracks.api.track import Track
from tracks.loading.registry import load_registry

MOST_PRESSES = 12


def main() -> None:
    """Play every bench of every track and print a row each."""
    registry = load_registry()
    print("| bench | presses | what they set |\n|---|---|---|")
    for track in registry.tracks.values():
        for bench in registry.benches(track.id):
            ended, pressed = played(track, bench)
            print(f"| {track.id}/{bench.id} | {ended} | {'; '.join(pressed)} |", flush=True)


def played(track: Track, bench: Bench) -> tuple[str, list[str]]:
    """Return how many presses won or what stopped them, and what each set."""
    values, pressed, seen = dict(bench.defaults()), list[str](), set[tuple[Value, ...]]()
    while True:
        outcome = bench.run(track, values)
        if all(verdict.level != "fail" for verdict in outcome.verdicts):
            return str(len(pressed)), pressed
        if tuple(values.values()) in seen or len(pressed) == MOST_PRESSES:
            return "never: a circle", pressed
        seen.add(tuple(values.values()))
        found = changes(track, bench, values, outcome, lambda state: bench.run(track, state))
        if not found:
            return f"never: no fix after {len(pressed)}", pressed
        fix, controls = found[0].fix, bench.control_map()
        words = fix_text(controls, values, fix)
        harm = f" (then fails: {', '.join(found[0].harms)})" if found[0].harms else ""
        pressed.append(f"{words.label} {words.old} → {words.new}{harm}")
        values[fix.control] = controls[fix.control].read(fix.value)


if __name__ == "__main__":
    main()
