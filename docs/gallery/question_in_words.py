"""A bench that is a question in words: three answers, one truth, and a panel that only tells it."""

import tracks as lab

PANEL = lab.Panel(
    id="told",
    question="Where do the data stay?",
    x=lab.Axis(label="", scale="none"),
    y=lab.Axis(label="", scale="none"),
)
WHERE = lab.Choice(
    id="where",
    label="Learning happens",
    options=(lab.Option(id="cloud", text="in the cloud"), lab.Option(id="device", text="on the device")),
    default="cloud",
)
SHOWN = {
    "cloud": "All raw data leave the device.",
    "device": "An update leaves the device, and it is made of the data.",
}


def solve(track, *, seed, where):
    """Return what leaves the device, in words."""
    said = lab.Reading(
        id="leaves",
        label="Leaves the device",
        value="raw data" if where == "cloud" else "updates",
        formula="none: a word",
        meaning="What a listener on the link would get.",
        source="assumed: the definition of federated learning",
    )
    drawn = lab.Drawing(
        figure=lambda: lab.charts.figure(lab.charts.note(0.1, 0.5, SHOWN[where])),
        summary=f"1 of two: {SHOWN[where]}",
        table=lambda: lab.Table(columns=("where", "what leaves"), rows=tuple(SHOWN.items())),
    )
    return lab.Outcome(panels={"told": drawn}, readings=(said,))


QUESTION = lab.Prediction(
    id="private",
    question="The data never leave the device. What does that promise to who owns them?",
    unit="",
    low=0,
    high=1,
    truth=lambda track, **controls: lab.Truth(value="nothing"),
    mechanisms=(lab.Option(id="updates", text="what updates tell"), lab.Option(id="place", text="where data lie")),
    options=(
        lab.Option(id="privacy", text="privacy", feedback="An update is a function of the data, and can tell of them."),
        lab.Option(
            id="nothing", text="nothing by itself", feedback="A promise needs a bound, such as added noise gives."
        ),
    ),
)


@lab.hookimpl
def edgelab_benches():
    """Register the bench for every track."""
    return [
        lab.Bench(
            id="in_words",
            title="In words: what stays private?",
            brief=lab.Brief(
                speaker="Privacy officer", text="The data stay where they are, so we are done.", short="Are we?"
            ),
            controls=(WHERE,),
            panels=(PANEL,),
            solve=solve,
            predictions=(QUESTION,),
            hud=("leaves",),
            exploratory=True,
        )
    ]
