"""How the lab stands to WCAG 2.2, level AA: every criterion, how it is met, and how that was checked."""

from __future__ import annotations

from typing import NamedTuple

from dash import html

from dashboard.layouts.parts import Component
from dashboard.layouts.records.parts import page, section

NONE = "does not apply"
READ = "read through"  # somebody read styles, scripts and pictures of pages for it; no pass over every page was made
AXE = "browser/test_access.py"
KEYS = "browser/ways/test_keyboard.py"
PHONE = "browser/ways/test_phone.py"
WAYS = "browser/ways/test_other_ways.py"


class Criterion(NamedTuple):
    """A success criterion: how it is met, and what checks that: a file below ``tests``, READ, or NONE."""

    number: str
    name: str
    how: str
    checked: str


CRITERIA = tuple(
    Criterion(*row)
    for row in (
        ("1.1.1", "Non-text content", "Every figure has a name, a sentence that follows its state, and a table.", AXE),
        ("1.2.1", "Audio-only and video-only", "There is no audio and no video.", NONE),
        ("1.2.2", "Captions", "There is no audio and no video.", NONE),
        ("1.2.3", "Audio description or media alternative", "There is no video.", NONE),
        ("1.2.4", "Captions (live)", "There is no live audio.", NONE),
        ("1.2.5", "Audio description", "There is no video.", NONE),
        ("1.3.1", "Info and relationships", "Headings, lists, tables, groups and labels are those of HTML; unit, range "
         "and error are tied to their field.", KEYS),
        ("1.3.2", "Meaningful sequence", "The order of the page's text is the order in which it is shown.", KEYS),
        ("1.3.3", "Sensory characteristics", "No instruction rests on shape, place or colour alone.", READ),
        ("1.3.4", "Orientation", "A phone may be held upright or on its side.", PHONE),
        ("1.3.5", "Identify input purpose", "No field asks for data about a person.", NONE),
        ("1.4.1", "Use of colour", "A status has a shape and a word; series have dashes, markers and names.", READ),
        ("1.4.2", "Audio control", "There is no sound.", NONE),
        ("1.4.3", "Contrast (minimum)", "Text has at least 4.5:1 in both themes.",
         "dashboard/layouts/test_colours.py"),
        ("1.4.4", "Resize text", "Text grows with the browser's zoom, to 400% in one column.", AXE),
        ("1.4.5", "Images of text", "The text of figures is text.", READ),
        ("1.4.10", "Reflow", "At 320 px nothing scrolls sideways but tables.", AXE),
        ("1.4.11", "Non-text contrast", "Borders of fields, sliders and focus rings have at least 3:1.",
         "dashboard/layouts/test_colours.py"),
        ("1.4.12", "Text spacing", "Wider lines, letters, words and paragraphs cut nothing.", WAYS),
        ("1.4.13", "Content on hover or focus", "Explanations stay while the pointer is on them, and Escape closes "
         "them.", KEYS),
        ("2.1.1", "Keyboard", "A mission can be done with keys alone.", KEYS),
        ("2.1.2", "No keyboard trap", "Tab leads out of everything; Escape closes what lies over the page.", KEYS),
        ("2.1.4", "Character key shortcuts", "Single keys act only once they were switched on.", KEYS),
        ("2.2.1", "Timing adjustable", "Nothing runs out while a student works.", READ),
        ("2.2.2", "Pause, stop, hide", "Nothing moves, blinks or scrolls by itself.", READ),
        ("2.3.1", "Three flashes", "Nothing flashes.", READ),
        ("2.4.1", "Bypass blocks", "A link at the top skips the header.", KEYS),
        ("2.4.2", "Page titled", "Every page has a title of its own.", AXE),
        ("2.4.3", "Focus order", "After each replaced part the focus is at its beginning, at the refused field, or at "
         "the same button.", KEYS),
        ("2.4.4", "Link purpose", "A link says where it leads, by its own text or its name.", AXE),
        ("2.4.5", "Multiple ways", "Every bench is reached by the steps, by the track's page, by its address.", READ),
        ("2.4.6", "Headings and labels", "Headings are questions or names; every field has a label.", AXE),
        ("2.4.7", "Focus visible", "The focus has a ring of 2 px on everything.", READ),
        ("2.4.11", "Focus not obscured", "What stays in place leaves room for what has the focus.", READ),
        ("2.5.1", "Pointer gestures", "No gesture needs two fingers or a path; a curve can be typed.", PHONE),
        ("2.5.2", "Pointer cancellation", "Buttons act when the finger is lifted; a swipe over a slider moves it not.",
         PHONE),
        ("2.5.3", "Label in name", "The name of a button or field begins with its words.", KEYS),
        ("2.5.4", "Motion actuation", "The device's motion does nothing.", NONE),
        ("2.5.7", "Dragging movements", "Every slider has keys, a number box and a tap on its track.", PHONE),
        ("2.5.8", "Target size (minimum)", "Targets have at least 24 px, on a phone 44.", AXE),
        ("3.1.1", "Language of page", "The page says that it is in English.", AXE),
        ("3.1.2", "Language of parts", "There is no text in another language.", NONE),
        ("3.2.1", "On focus", "The focus changes nothing.", KEYS),
        ("3.2.2", "On input", "What is chosen or typed moves the figures; it locks, records and saves nothing.", KEYS),
        ("3.2.3", "Consistent navigation", "Header, steps and read-out stand in the same places everywhere.", READ),
        ("3.2.4", "Consistent identification", "What does the same has the same name.", READ),
        ("3.2.6", "Consistent help", "The keyboard help is in every header on a wide screen; terms explain themselves "
         "where they stand.", KEYS),
        ("3.3.1", "Error identification", "A refused entry is named in words, at its field.", KEYS),
        ("3.3.2", "Labels or instructions", "Every field has its unit, range and question.", KEYS),
        ("3.3.3", "Error suggestion", "The sentence says what would be read, or what is the most or the least.",
         "browser/test_first_bench.py"),
        ("3.3.4", "Error prevention", "A lock shows what will freeze before it does; erasing asks again.",
         "browser/test_records.py"),
        ("3.3.7", "Redundant entry", "Nothing has to be entered twice; drafts come back.",
         "browser/nothing_lost/test_drafts.py"),
        ("3.3.8", "Accessible authentication", "A cookie, the department's sign-on or a code to paste; nothing has "
         "to be remembered.", READ),
        ("4.1.2", "Name, role, value", "Fields, buttons and states are those of HTML, with names; sliders say their "
         "value in words.", KEYS),
        ("4.1.3", "Status messages", "What was saved, recorded or refused is said once, without moving the focus.",
         KEYS),
    )
)  # fmt: skip
_SAID = {NONE: "nothing of it here", READ: "by reading styles, scripts and pictures"}


def accessibility_page() -> Component:
    """Return the page."""
    head = html.Tr([html.Th(text, scope="col") for text in ("Criterion", "How it is met", "How that was checked")])
    rows = [
        html.Tr(
            [
                html.Th(f"{item.number} {item.name}", scope="row"),
                html.Td(item.how),
                html.Td(_SAID.get(item.checked) or html.Code(f"tests/{item.checked}")),
            ]
        )
        for item in CRITERIA
    ]
    tested = sum(item.checked not in _SAID for item in CRITERIA)
    applies = sum(item.checked != NONE for item in CRITERIA)
    lead = (
        f"WCAG 2.2, levels A and AA: {len(CRITERIA)} criteria, {applies} of which apply. {tested} are checked by "
        "tests that run with every change, the others by reading styles, scripts and pictures of pages."
    )
    return page(
        "Accessibility",
        lead,
        [
            section(
                "What was not checked",
                [
                    html.P(
                        "The tests drive Chromium and read its accessibility tree. No person who uses a screen reader, "
                        "a magnifier, a switch or voice control every day has tried the lab yet, and no screen reader "
                        "was run. Tell whoever runs this lab what stands in your way."
                    )
                ],
            ),
            section(
                "Criterion by criterion",
                [
                    html.Div(
                        html.Table([html.Thead(head), html.Tbody(rows)], className="data-table"),
                        className="table-scroll",
                        tabIndex=0,
                        role="region",
                        **{"aria-label": "Criteria of WCAG 2.2"},
                    )
                ],
            ),
        ],
    )
