"""What the ledger's page sends, as functions of a student."""

from __future__ import annotations

from typing import Any

from dashboard.web import ids
from tests.http_student import Student


def open_tab(student: Student, name: Any) -> Any:
    return student.post(
        {
            "output": f"{ids.LEDGER_TAB}.children",
            "outputs": {"id": ids.LEDGER_TAB, "property": "children"},
            "inputs": [{"id": ids.LEDGER_TABS, "property": "value", "value": name}],
            "changedPropIds": [f"{ids.LEDGER_TABS}.value"],
        }
    )


def filtered(student: Student, track: Any, bench: Any) -> Any:
    return student.post(
        {
            "output": f"{ids.LEDGER_GAPS}.children",
            "outputs": {"id": ids.LEDGER_GAPS, "property": "children"},
            "inputs": [
                {"id": ids.LEDGER_FILTER_TRACK, "property": "value", "value": track},
                {"id": ids.LEDGER_FILTER_BENCH, "property": "value", "value": bench},
            ],
            "changedPropIds": [f"{ids.LEDGER_FILTER_TRACK}.value"],
        }
    )


def two_tries(student: Student, place: str, key: Any, one: Any, other: Any) -> Any:
    """Choose two tries: ``place`` is where the answer goes, LEDGER_COMPARED or LEDGER_DRAWN."""
    names = [ids.LEDGER_WAYS, ids.LEDGER_COMPARED] if place == ids.LEDGER_COMPARED else [place]
    outputs = [{"id": name, "property": "children"} for name in names]
    return student.post(
        {
            "output": student.output(place),
            "outputs": outputs if len(outputs) > 1 else outputs[0],
            "inputs": [
                {"id": ids.LEDGER_TRY_ONE, "property": "value", "value": one},
                {"id": ids.LEDGER_TRY_OTHER, "property": "value", "value": other},
            ],
            "state": [{"id": ids.LEDGER_TRIES_BENCH, "property": "value", "value": key}],
            "changedPropIds": [f"{ids.LEDGER_TRY_ONE}.value"],
        }
    )


def answer(student: Student, lock: str, entry: Any) -> Any:
    parts = {"result": "children", "answer": "disabled"}
    return student.post(
        {
            "output": student.output('"kind":"review"'),
            "outputs": [{"id": ids.review(lock, name), "property": part} for name, part in parts.items()],
            "inputs": [{"id": ids.review(lock, "answer"), "property": "n_clicks", "value": 1}],
            "state": [{"id": ids.review(lock, "value"), "property": "value", "value": entry}],
            "changedPropIds": [ids.dom(ids.review(lock, "answer")) + ".n_clicks"],
        }
    )


def chosen(student: Student, place: str, source: str, value: Any) -> Any:
    """Choose a track for the first screen, or a bench for the tries: one value that fills one place."""
    return student.post(
        {
            "output": f"{place}.children",
            "outputs": {"id": place, "property": "children"},
            "inputs": [{"id": source, "property": "value", "value": value}],
            "changedPropIds": [f"{source}.value"],
        }
    )


def chain_told(student: Student) -> Any:
    """Ask, as the page does when it is there, whether all events are as they were stored."""
    return student.post(
        {
            "output": f"{ids.LEDGER_CHAIN}.children",
            "outputs": {"id": ids.LEDGER_CHAIN, "property": "children"},
            "inputs": [{"id": ids.LEDGER_CHAIN, "property": "id", "value": ids.LEDGER_CHAIN}],
            "changedPropIds": [],
        }
    )


def everything(student: Student, lock: str) -> None:
    """Ask all that the ledger's page can ask, allowed or not; ``lock`` names a question that may come back."""
    bench = lock.rpartition("/")[0]
    for name in ("predictions", "timeline", "tries", "tracks", "decisions", "again"):
        open_tab(student, name)
    filtered(student, "all", "all")
    chain_told(student)
    chosen(student, ids.LEDGER_TIMELINE, ids.LEDGER_TIMELINE_TRACK, bench.partition("/")[0])
    chosen(student, ids.LEDGER_SUMMARY, ids.LEDGER_TRACK, bench.partition("/")[0])
    chosen(student, ids.LEDGER_TRIES, ids.LEDGER_TRIES_BENCH, bench)
    for place in (ids.LEDGER_COMPARED, ids.LEDGER_DRAWN):
        two_tries(student, place, bench, "1", "2")
    answer(student, lock, "1")
