"""The answer to a question with options as it was given: the words that were shown stay, whatever is asked later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracks.api.teaching import Question


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """A question, the answer that was chosen, what was said to it, and whether the bench asks otherwise now."""

    question: str
    answer: str
    feedback: str
    has_changed: bool = False


def answered(question: Question | None, chosen: str, kept: Mapping[str, Any] | None) -> Answered | None:
    """Return an answer in the words that the ledger kept with it, or in today's where it kept none.

    None where neither has words: the answer is of a ledger from before they were kept, and its option is gone.
    """
    now = words_of(question, chosen) if question is not None else None
    if kept and kept.get("answered"):
        then = {name: str(kept.get(name) or "") for name in ("question", "answered", "feedback")}
        has_changed = now is None or any(then[name] != now[name] for name in ("question", "answered"))
    elif now is not None:
        then, has_changed = now, False
    else:
        return None
    return Answered(
        question=then["question"], answer=then["answered"], feedback=then["feedback"], has_changed=has_changed
    )


def words_of(question: Question, chosen: str) -> dict[str, str] | None:
    """Return what the ledger keeps beside an answer's id: question, answer and feedback; None for no such option."""
    option = next((item for item in question.options if item.id == chosen), None)
    if option is None:
        return None
    return {"question": question.text, "answered": option.text, "feedback": feedback_on(question, chosen)}


def feedback_on(question: Question, chosen: str) -> str:
    """Return the feedback of an option, beginning with whether it is the answer; "" for no such option."""
    option = next((item for item in question.options if item.id == chosen), None)
    if option is None:
        return ""
    return ("Yes. " if chosen == question.answer else "Not this one. ") + option.feedback
