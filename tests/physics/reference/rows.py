"""The reference values of this folder, and tests that take many points as one case."""

import functools
import inspect
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Test = Callable[..., None]


def rows(group: str) -> list[dict[str, Any]]:
    """The rows of one group."""
    return json.loads(Path(__file__).with_name(f"{group}.json").read_text(encoding="utf-8"))["rows"]


def on_every(names: str | tuple[str, ...], points: Iterable[Any]) -> Callable[[Test], Test]:
    """Run a test on every point as one case, which lists the points that fail: as `parametrize`, without its time."""
    listed = list(points)

    def on_all(test: Test) -> Test:
        @functools.wraps(test)
        def on_points(**arguments: Any) -> None:
            faults = []
            for point in listed:
                at = {names: point} if isinstance(names, str) else dict(zip(names, point, strict=True))
                try:
                    test(**at, **arguments)
                except AssertionError as error:
                    faults.append(f"{at}: {error}")
            assert not faults, f"{len(faults)} of {len(listed)} points fail:\n" + "\n".join(faults)

        parameters = inspect.signature(test).parameters.items()
        others = [part for name, part in parameters if name not in ((names,) if isinstance(names, str) else names)]
        on_points.__signature__ = inspect.Signature(others)  # type: ignore[attr-defined]
        del on_points.__wrapped__  # pytest would read the names as fixtures from it
        return on_points

    assert listed
    return on_all
