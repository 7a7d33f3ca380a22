"""Where a fault can be planted, and which of these places are tried: the same ones for the same source and seed."""

from __future__ import annotations

import ast
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from tools.mutants.operators import OPERATORS

AREAS = ("physics", "tracks/api", "tracks/loading", "tracks/certify")
EXAMPLE = "tracks/certify/template.py"  # the text of a first plugin, which its author changes
LEAST_OF_A_MODULE = 2

Position = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """One place and one change of it.

    ``line`` is counted from 1; ``inside`` names the function or class; ``before`` and ``after`` are the text of the
    line; ``occurrence`` is the operator's own count in this file.
    """

    file: str
    line: int
    column: int
    inside: str
    before: str
    after: str
    operator: str
    occurrence: int

    @property
    def key(self) -> str:
        """A name that stays when code elsewhere in the file moves."""
        return f"{self.file} | {self.inside} | {self.before} | {self.after}"


def left_out(source: str) -> Iterator[tuple[Position, Position]]:
    """Yield the spans that no test can be asked to see.

    These are annotations, decorators (what they keep in memory, how a dataclass is stored), the texts of errors, and
    what only a type checker reads.
    """
    for node in ast.walk(ast.parse(source)):
        for part in _unseen_parts(node):
            if part is not None:
                yield (part.lineno, part.col_offset), (part.end_lineno or part.lineno, part.end_col_offset or 0)


def _unseen_parts(node: ast.AST) -> list[ast.expr | ast.stmt | None]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return [*node.decorator_list, node.returns]
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list]
    if isinstance(node, (ast.arg, ast.AnnAssign)):
        return [node.annotation]
    if isinstance(node, ast.Raise):
        return [node.exc]
    if isinstance(node, ast.JoinedStr):
        return [node]
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return [node]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("cast", "TypeVar"):
        return [node]
    return []


def scopes(source: str) -> list[tuple[int, int, str]]:
    """Return first line, last line and dotted name of every function and class, the outer before the inner."""
    found: list[tuple[int, int, str]] = []

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            name = prefix
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = f"{prefix}.{child.name}".lstrip(".")
                found.append((child.lineno, child.end_lineno or child.lineno, name))
            visit(child, name)

    visit(ast.parse(source), "")
    return found


@lru_cache(maxsize=256)
def places(source: str) -> Mapping[tuple[Position, Position], Sequence[tuple[str, int]]]:
    """Return every place that can be changed, each with its changes: the operator and its occurrence."""
    unseen = list(left_out(source))
    found: dict[tuple[Position, Position], list[tuple[str, int]]] = defaultdict(list)
    nodes = list(ast_nodes(get_ast(source)))
    for name, operator in OPERATORS.items():
        positions = (position for node in nodes for position in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(positions):
            if not any(first <= start < last for first, last in unseen):
                found[start, end].append((name, occurrence))
    return found


def mutated(source: str, operator: str, occurrence: int) -> str:
    """Return the source with one change."""
    changed = mutate_code(source, OPERATORS[operator], occurrence)
    if changed is None:
        raise ValueError(f"{operator} has no occurrence {occurrence}")
    return str(changed)


def sites_of(root: Path, file: str, number: int, seed: int) -> list[Site]:
    """Return up to so many sites of a file, no two at one place.

    Places are ordered by a hash of the seed, of the function and of the line, so that a place stays chosen when other
    lines change.
    """
    source = (root / file).read_text(encoding="utf-8")
    lines, around = source.splitlines(), scopes(source)
    ranked = []
    for (start, end), changes in places(source).items():
        inside = [name for first, last, name in around if first <= start[0] <= last]
        name, before = inside[-1] if inside else "", lines[start[0] - 1]
        draw = _draw(seed, file, name, before.strip(), start[1] - len(before) + len(before.lstrip()), end[1])
        ranked.append((draw, start, name, changes))
    chosen: list[Site] = []
    for draw, start, name, changes in sorted(ranked, key=lambda one: (one[0], one[1])):
        if len(chosen) == number:
            break
        operator, occurrence = sorted(changes)[draw % len(changes)]
        changed = mutated(source, operator, occurrence)
        if not _differs(source, changed):
            continue
        chosen.append(
            Site(
                file=file,
                line=start[0],
                column=start[1],
                inside=name,
                before=lines[start[0] - 1].strip(),
                after=changed.splitlines()[start[0] - 1].strip(),
                operator=operator,
                occurrence=occurrence,
            )
        )
    return sorted(chosen, key=lambda site: (site.line, site.column))


def _draw(*what: object) -> int:
    return int.from_bytes(hashlib.sha256(repr(what).encode()).digest()[:8])


def _differs(source: str, changed: str) -> bool:
    try:
        return ast.dump(ast.parse(source)) != ast.dump(ast.parse(changed))
    except SyntaxError:
        return False


def shares(counts: Mapping[str, int], total: int, least: int = LEAST_OF_A_MODULE) -> dict[str, int]:
    """Return how many of ``total`` sites each module gets: the least, and the rest in proportion to its places.

    No module gets more than it has places; what is left over goes to the largest remainders.
    """
    given = {name: min(least, count) for name, count in counts.items()}
    rest = total - sum(given.values())
    room = {name: counts[name] - given[name] for name in counts}
    if rest <= 0 or not any(room.values()):
        return given
    exact = {name: min(1.0, rest / sum(room.values())) * room[name] for name in counts}
    for name, share in exact.items():
        given[name] += int(share)
    by_remainder = sorted(counts, key=lambda name: (int(exact[name]) - exact[name], name))
    for name in by_remainder[: max(0, total - sum(given.values()))]:
        if given[name] < counts[name]:
            given[name] += 1
    return given


def modules(root: Path, under: Sequence[str] = AREAS) -> list[str]:
    """Return the files of some areas, by their path from the root; an area is a folder, or a file without its end."""
    found: set[Path] = set()
    for area in under:
        path = root / area.removesuffix(".py")
        found |= set(path.rglob("*.py")) if path.is_dir() else {path.with_suffix(".py")}
    return sorted(path.relative_to(root).as_posix() for path in found if path != root / EXAMPLE)


def chosen_sites(root: Path, *, total: int, seed: int, under: Sequence[str] = AREAS) -> list[Site]:
    """Return the sites of some areas, spread over their modules."""
    counts = {file: len(places((root / file).read_text(encoding="utf-8"))) for file in modules(root, under)}
    return [site for file, number in shares(counts, total).items() for site in sites_of(root, file, number, seed)]
