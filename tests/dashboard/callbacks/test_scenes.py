"""Where a scene stands: in the briefing, on the crisis before the lock, under its reveal, and never while exploring."""

from __future__ import annotations

import json

import pytest

from tests.http_student import Student, said

TRACKS = ("cloud_titan", "edge_guardian", "mobile_nomad", "tiny_pioneer")


@pytest.mark.parametrize("name", TRACKS)
def test_briefing_and_alarm_tell_no_answer_the_reveal_shows_the_questions_state(student: Student, name: str) -> None:
    track, key = student.registry.track(name), f"{name}/crisis"
    bench = student.bench(key)
    before = json.dumps(bench.scene(track, None).sentence, ensure_ascii=False)
    after = json.dumps(bench.scene(track, bench.run(track, bench.asked_state(bench.predictions[0]))).sentence)
    for path in (f"/{name}", f"/{key}"):
        page = said(student.page(path))
        assert before in page
        assert "data:image/svg+xml;base64," in page
    for prediction in bench.predictions:
        student.lock(key, prediction)
    page = json.dumps(student.page(f"/{key}").get_json())
    assert after in page
    assert student.open(key).status_code == 200
    assert "data:image/svg+xml" not in said(student.page(f"/{key}")), "nothing stands above the figures while exploring"
