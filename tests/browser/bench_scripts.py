"""A whole bench as functions: lock its questions, set a state, record it, say what it showed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice

from playwright.sync_api import Page, expect

from dashboard.web import ids
from tests.browser.page_actions import at_rest, go, open_instruments, until, until_answered
from tests.browser.page_student import LAB, PageStudent
from tests.states import own_changes
from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.fixes import fix_text
from tracks.api.outcome import LEVELS, Verdict
from tracks.api.quantities import in_sentence
from tracks.api.teaching import Prediction
from tracks.certify.survey import State, Survey

TRACKS = tuple(LAB.tracks)


def bench_of(key: str) -> Bench:
    return LAB.bench(*ids.split_bench_key(key))


@cache
def survey(key: str, points: int = 128) -> Survey:
    """The states of a bench that its certificate looks at, fewer of them."""
    track, _ = ids.split_bench_key(key)
    return Survey(LAB.track(track), bench_of(key), points=points)


def an_entry(item: Prediction) -> str:
    unit = " B" if item.unit in ("B", "iB") else ""  # bytes are never entered without a unit
    plain = item.reference[1] if item.reference else min(max(1.0, item.low), item.high)
    return f"{plain:g}{unit}"


def unlock_bench(page: Page, key: str) -> None:
    """Come to a bench whose questions are locked and whose instruments are open."""
    PageStudent(page).unlock(key)
    go(page, f"/{key}")
    until_answered(page)
    expect(page.locator(".status-word")).not_to_be_empty()


def lock_here(page: Page, key: str) -> None:
    """Lock every question of the bench on the page and open its instruments: any answer, the first reason, a guess."""
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
    open_instruments(page)
    expect(page.locator(".status-word")).not_to_be_empty()


def set_state(page: Page, key: str, values: Mapping[str, Value]) -> None:
    """Set every control at once, as a preset does, and wait until the answer is painted."""
    page.evaluate("([key, values]) => window.edgelab.command(key, { values })", [key, dict(values)])
    until(
        page,
        """([key, values]) => { const state = window.edgelab.benchStates[key];
              return state.sent && !state.busy && !state.waiting && Object.keys(values).every(name =>
                state.sent[name] === values[name] || Math.abs(state.sent[name] / values[name] - 1) < 1e-9); }""",
        arg=[key, dict(values)],
    )
    page.wait_for_timeout(60)


def record(page: Page, number: int) -> None:
    """Press Record this try, on a phone in the sheet it lives in, and wait for its row."""
    sheet = page.locator(".sheet-button")
    if sheet.is_visible():
        sheet.click()
    page.get_by_role("button", name="Record this try").click()
    if sheet.is_visible():
        sheet.click()
    expect(page.locator(".tries tbody tr")).to_have_count(number)


def observe(page: Page, key: str) -> None:
    """Say rightly what the figure showed, where the bench asks it."""
    question = bench_of(key).observation
    if question is not None:
        right = next(option.text for option in question.options if option.id == question.answer)
        page.locator(".observe").get_by_label(right, exact=True).check()
        page.get_by_role("button", name="Say what it showed").click()
        expect(page.locator(".observed")).to_be_visible()


def ranked(key: str, state: State) -> tuple[Verdict, ...]:
    track, _ = ids.split_bench_key(key)
    return bench_of(key).run(LAB.track(track), state).ranked_verdicts()


def first_verdict(key: str, state: State) -> Verdict:
    return ranked(key, state)[0]


def level_of(key: str, state: State, code: str) -> str:
    return next((verdict.level for verdict in ranked(key, state) if verdict.code == code), "ok")


def candidates(key: str) -> Iterator[State]:
    """States in which something fails: around a win, where one control alone spoils one thing alone, then anywhere."""
    seen = survey(key)
    win = seen.wins[0] if seen.wins else seen.path[-1]
    for base in (win, seen.default):
        for control in seen.by_role["decision"] + seen.by_role["environment"]:
            yield from seen.scan(control, base, 21)
    yield from (seen.default, *seen.states, *seen.worlds)


def provoked(key: str, code: str) -> tuple[State, int, State] | None:
    """A state in which a failure comes first, or else second, and the state that the strip's first fix leads to.

    There the failure is gone, or no more than a warning.
    """
    seen, second = survey(key), None
    for state in candidates(key):
        if not seen.see(state).stands(code):
            continue
        verdicts = ranked(key, state)
        place = [verdict.code for verdict in verdicts].index(code)
        if verdicts[0].level != "fail" or place > 1 or not verdicts[0].fixes or (place == 1 and second):
            continue
        after = seen.after(state, verdicts[0].fixes[0])
        if LEVELS.index(level_of(key, after, code)) < LEVELS.index(verdicts[place].level):
            if place == 0:
                return state, 0, after
            second = (state, 1, after)
    return second


def own_tries(page: Page, key: str, count: int = 2) -> None:
    """Record so many tries that differ from the start and from each other."""
    for n, change in enumerate(islice(own_changes(bench_of(key)), count), 1):
        set_state(page, key, bench_of(key).defaults() | change)
        record(page, n)


def ask_value(page: Page) -> None:
    """Ask for the hint on the control and then for that on the value, until its buttons stand."""
    for words in ("Which control?", "Show the value"):
        button = page.get_by_role("button", name=words)
        if button.is_visible():
            button.click()
            expect(button).to_be_hidden()
    expect(page.locator(".fix:visible").first).to_be_visible()


def warned(page: Page, key: str, code: str) -> bool:
    """See a failure that only warns named where nothing fails, without a hint; False if no state does it."""
    for state in candidates(key):
        first = first_verdict(key, state) if survey(key).see(state).stands(code) else None
        if first and (first.code, first.level) == (code, "warn"):
            set_state(page, key, state)
            expect(page.locator(".cause")).to_contain_text(first.title)
            expect(page.get_by_role("button", name="Which control?")).to_be_hidden()
            return True
    return False


def provoke_and_repair(page: Page, key: str, code: str) -> bool:
    """See a failure named in the status strip and mended by a press on its first fix; False if no state does it."""
    found = provoked(key, code)
    if found is None:
        return warned(page, key, code)
    state, place, after = found
    verdicts = ranked(key, state)
    set_state(page, key, state)
    expect(page.locator(".status-word")).to_have_text(verdicts[0].title)
    expect(page.locator(".status")).to_have_attribute("data-state", verdicts[0].level)
    if place:
        expect(page.locator(".also")).to_contain_text(f"Also: {in_sentence(verdicts[1].title)}")
    fix = verdicts[0].fixes[0]
    ask_value(page)
    named = fix_text(bench_of(key).control_map(), state, fix)
    page.locator(".fix:visible", has_text=named.label).filter(has_text=named.new).first.click()
    until(
        page,
        "([key, name, value]) => { const at = window.edgelab.benchStates[key].values[name];"
        " return at === value || Math.abs(at / value - 1) < 1e-6; }",
        arg=[key, fix.control, after[fix.control]],
    )
    at_rest(page)
    remains = first_verdict(key, after)
    expect(page.locator(".status")).to_have_attribute("data-state", remains.level)
    if remains.level == "fail":
        expect(page.locator(".status-word")).to_have_text(remains.title)
    else:  # where nothing fails the strip names what is met, and what warns in the cause
        met = sum(one.level == "ok" for one in ranked(key, after))
        words = re.compile(rf"\b{met} targets? met|The target is met|Nothing fails")
        expect(page.locator(".status-word")).to_have_text(words)
        warning = f"{remains.title}. {remains.cause}" if remains.level == "warn" else ""
        expect(page.locator(".cause")).to_have_text(warning)
    return True
