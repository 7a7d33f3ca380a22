"""The student of a page, who sends what the page would send without drawing it: the way to what a test is about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from playwright.sync_api import Page

from tests.http_student import Student, an_answer
from tracks.loading.registry import Registry, load_registry

LAB: Registry = load_registry()


@dataclass(frozen=True)
class Answer:
    """What Student reads of an answer."""

    status_code: int
    text: str

    def get_data(self, *, as_text: bool) -> str:
        assert as_text
        return self.text

    def get_json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Requests:
    """Requests with the cookies of a page."""

    page: Page

    def get(self, path: str) -> Answer:
        answer = self.page.request.get(path)
        return Answer(answer.status, answer.text())

    def post(self, path: str, *, json: Any, headers: dict[str, str]) -> Answer:
        answer = self.page.request.post(path, data=json, headers=headers)
        return Answer(answer.status, answer.text())


class PageStudent(Student):
    """The student whose cookie a page has, or gets by this."""

    def __init__(self, page: Page) -> None:
        super().__init__(None, LAB, Requests(page))  # type: ignore[arg-type] - both are asked for nothing else
        self.client.get("/")

    @cached_property
    def outputs(self) -> list[str]:
        """The keys of the lab's callbacks."""
        return [item["output"] for item in self.client.get("/_dash-dependencies").get_json()]

    def output(self, *parts: str) -> str:
        """The key of the callback whose output names all these parts."""
        return next(key for key in self.outputs if all(part in key for part in parts))

    def unlock(self, key: str, value: str = "") -> None:
        """Lock every question, with a value or with any answer, and open the instruments."""
        for prediction in self.bench(key).predictions:
            whole = {**an_answer(prediction), **({"value": value} if value else {})}
            answer = self.lock(key, prediction, **whole)
            assert answer.status_code == 200, answer.text[:500]
        assert self.open(key).status_code == 200
