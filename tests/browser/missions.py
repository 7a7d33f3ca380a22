"""A whole bench as functions: lock its questions, set a state, record it, say what it showed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from playwright.sync_api import Page, expect

from dashboard import ids
from tests.browser.moves import at_rest, go
from tracks._certificate_survey import State, Survey
from tracks.registry import Registry, load_registry
from tracks.spec import Bench, Prediction, Value, Verdict

LAB: Registry = load_registry()
TRACKS = tuple(LAB.tracks)


def bench_of(key: str) -> Bench:
    return LAB.bench(*ids.split_bench_key(key))


@cache
def survey(key: str, points: int = 128) -> Survey:
    """The states of a bench that its certificate looks at, fewer of them."""
    track, _ = ids.split_bench_key(key)
    return Survey(LAB.track(track), bench_of(key), points=points)


def an_entry(item: Prediction) -> str:
    return f"{min(max(1.0, item.low), item.high):g}"


def open_bench(page: Page, key: str) -> None:
    """Come to a bench and lock every one of its questions."""
    go(page, f"/{key}")
    lock_here(page, key)


def lock_here(page: Page, key: str) -> None:
    """Lock every question of the bench on the page: any answer, the first reason, a guess."""
    for n, item in enumerate(bench_of(key).predictions):
        card = page.locator(".predict-card")
        expect(card.locator(".question")).to_have_text(item.question)
        if item.options:
            card.locator("fieldset", has_text="Your answer").get_by_role("radio").first.check()
        else:
            page.get_by_label("Your value").fill(an_entry(item))
        card.locator("fieldset", has_text="Because").get_by_role("radio").first.check()
        page.locator(".segmented").get_by_label("guess").check(force=True)
        page.get_by_role("button", name="Review").click()
        page.get_by_role("button", name="Lock this prediction").click()
        expect(page.locator(".locked")).to_have_count(n + 1)
    expect(page.locator(".bench.is-open")).to_be_visible()
    expect(page.locator(".status-word")).not_to_be_empty()


def set_state(page: Page, key: str, values: Mapping[str, Value]) -> None:
    """Set every control at once, as a preset does, and wait until the answer is painted."""
    page.evaluate("([key, values]) => window.edgelabGate.command(key, { values })", [key, dict(values)])
    page.wait_for_function(
        """([key, values]) => { const desk = window.edgelabGate.desks[key];
              return !desk.busy && !desk.waiting && Object.keys(values).every(name => desk.sent[name] === values[name]
                || Math.abs(desk.sent[name] / values[name] - 1) < 1e-9); }""",
        arg=[key, dict(values)],
    )
    page.wait_for_timeout(60)


def record(page: Page, number: int) -> None:
    """Press Record this try and wait for its row."""
    page.get_by_role("button", name="Record this try").click()
    expect(page.locator(".tries tbody tr")).to_have_count(number)


def observe(page: Page, key: str) -> None:
    """Say rightly what the figure showed, where the bench asks it, and see the gap."""
    question = bench_of(key).observation
    if question is not None:
        right = next(option.text for option in question.options if option.id == question.answer)
        page.locator(".observe").get_by_label(right, exact=True).check()
        page.get_by_role("button", name="Show how far off I was").click()
    expect(page.locator("[data-reveal]").first).to_be_visible()


def first_verdict(key: str, state: State) -> Verdict:
    track, _ = ids.split_bench_key(key)
    return bench_of(key).run(LAB.track(track), state).ranked_verdicts()[0]


def provoked(key: str, code: str) -> tuple[State, Verdict, State] | None:
    """A state in which a failure comes first, and the state its first fix leads to, where it stands no longer."""
    seen = survey(key)
    candidates = [seen.default, *seen.states]
    for control in seen.by_role["decision"] + seen.by_role["environment"]:
        candidates += seen.scan(control, seen.default, 21)
    for state in [*candidates, *seen.worlds]:
        if not seen.see(state).stands(code):
            continue
        first = first_verdict(key, state)
        if first.code == code and first.fixes:
            after = seen.after(state, first.fixes[0])
            if not seen.see(after).stands(code):
                return state, first, after
    return None


def provoke_and_repair(page: Page, key: str, code: str) -> bool:
    """See a failure named in the status strip and gone after a press on its first fix; False if no state does it."""
    found = provoked(key, code)
    if found is None:
        return False
    state, verdict, after = found
    set_state(page, key, state)
    expect(page.locator(".status-word")).to_have_text(verdict.title)
    expect(page.locator(".status")).to_have_attribute("data-state", verdict.level)
    page.locator(".fix:visible").first.click()
    fix = verdict.fixes[0]
    page.wait_for_function(
        "([key, name, value]) => { const at = window.edgelabGate.desks[key].values[name];"
        " return at === value || Math.abs(at / value - 1) < 1e-6; }",
        arg=[key, fix.control, after[fix.control]],
    )
    at_rest(page)
    remains = first_verdict(key, after)
    expect(page.locator(".status-word")).to_have_text(remains.title)
    return True
