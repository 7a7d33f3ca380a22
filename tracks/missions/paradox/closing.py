"""What the paradox's second figure shows, asked before the gap opens."""

from __future__ import annotations

from tracks import Option, Question

OBSERVATION = Question(
    id="upload_only",
    text="In the second figure: what became of the ratio when the upload alone was compressed, ever more?",
    options=(
        Option(
            id="levels",
            text="It levelled off at half",
            feedback="The download stays as it is: half of the round trip. Both ways, the line keeps falling.",
        ),
        Option(
            id="falls",
            text="It fell in step with the compression",
            feedback="That is the other line, both ways. With a dense download, half of the round trip remains.",
        ),
        Option(
            id="nothing",
            text="It did not change",
            feedback="It fell at first: the upload is half of the round trip, and can shrink to nearly nothing.",
        ),
    ),
    answer="levels",
)
