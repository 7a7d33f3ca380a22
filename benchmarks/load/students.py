"""What students send: the bodies that a page would send, made once and numbered, so that sending costs no time."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from dash import Dash

from dashboard.app import create_app
from dashboard.settings import Settings
from dashboard.web import ids
from tests.http_student import Student
from tests.states import value_at
from tracks.api.controls import Value
from tracks.loading.registry import Registry

STATES = 40  # permalinks of a bench on a track that a class passes round
FRESH = 0.2  # share of states that nobody has asked for


class _Taken:
    """Takes what a student would send in place of a server."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def post(self, path: str, *, json: Any, headers: Any) -> Any:  # noqa: ARG002
        self.bodies.append(orjson.dumps(json))
        return _Answer()


class _Answer:
    status_code = 200

    def get_data(self, *, as_text: bool) -> str:  # noqa: ARG002
        return ""


def twin(registry: Registry) -> Dash:
    """Return an app of which nothing is asked but the names of its callbacks."""
    with tempfile.TemporaryDirectory() as folder:
        return create_app(Settings.from_environment({"EDGELAB_DATA_DIR": folder, "EDGELAB_CACHE_MB": "0"}), registry)


@dataclass
class Bodies:
    """Numbered bodies; the same one is kept once."""

    app: Dash
    registry: Registry
    all: list[bytes] = field(default_factory=list)
    _numbers: dict[bytes, int] = field(default_factory=dict)
    _unlocking: dict[str, list[int]] = field(default_factory=dict)

    def number(self, body: bytes) -> int:
        """Return the number of a body, a new one for a new body."""
        if body not in self._numbers:
            self._numbers[body] = len(self.all)
            self.all.append(body)
        return self._numbers[body]

    def taken(self) -> tuple[Student, list[bytes]]:
        """Return a student whose requests are kept in a list and are not sent."""
        client = _Taken()
        return Student(self.app, self.registry, client), client.bodies  # type: ignore[arg-type]

    def unlocking(self, key: str) -> list[int]:
        """Return the requests that lock every question of a bench and open its instruments."""
        if key not in self._unlocking:
            student, bodies = self.taken()
            student.lock_all(key)
            self._unlocking[key] = [self.number(body) for body in bodies]
        return self._unlocking[key]

    def page(self, path: str) -> int:
        """Return the request for the content of a page."""
        student, bodies = self.taken()
        student.page(path)
        return self.number(bodies[0])

    def update(self, key: str, values: Mapping[str, Value]) -> int:
        """Return the request for a state at rest."""
        student, _ = self.taken()
        return self.number(orjson.dumps(student.update_body(key, values)))


class States:
    """States of a bench as a class asks for them: a few often, by Zipf's law, some never before."""

    def __init__(self, bodies: Bodies, key: str, seed: int) -> None:
        self.bodies, self.key = bodies, key
        self.chance = random.Random(f"{seed} {key}")
        self.known = [self._fresh() for _ in range(STATES)]
        self.weights = [1 / rank for rank in range(1, STATES + 1)]

    def _fresh(self) -> int:
        bench = self.bodies.registry.bench(*ids.split_bench_key(self.key))
        moved = {
            control.id: value_at(control, self.chance.random())
            for control in bench.controls
            if control.role == "decision"
        }
        return self.bodies.update(self.key, {**bench.defaults(), **moved})

    def next(self) -> int:
        """Return the number of the next body."""
        if self.chance.random() < FRESH:
            return self._fresh()
        return self.chance.choices(self.known, self.weights)[0]
