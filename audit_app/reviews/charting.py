"""From a plot of a pack to the chart value that paper, sheet and page draw. Words in the language in
force.
"""

from decimal import Decimal

from audit_app.exports.charts import Chart, Limits, Series
from audit_app.reviews.pack import Plot
from audit_app.reviews.telling import tell, tell_unit


def number(value: Decimal | None) -> float | int | None:
    """A number as charts take it: whole ones stay whole."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def chart(plot: Plot, source: str = "") -> Chart:
    """The chart of a plot; ``source``: where its figures come from, where that is known better."""
    limits = None
    if plot.limits is not None:
        lower, centre, upper = map(float, plot.limits)
        limits = Limits.level(lower, centre, upper, len(plot.labels))
    elif plot.bounds is not None:
        limits = Limits(*(tuple(map(number, line)) for line in plot.bounds))
    return Chart(
        kind=plot.kind,  # type: ignore[arg-type]  # one of the three words, as the compilers write it
        title=tell(plot.title),
        labels=tuple(tell(label) for label in plot.labels),
        series=tuple(
            Series(tell(line.name), tuple(number(value) for value in line.values), line.tone)
            for line in plot.lines
        ),
        unit=tell_unit(plot.unit),
        target=tuple(map(number, plot.targets)) if plot.targets else number(plot.target),
        limits=limits,
        signals=plot.signals,
        decimals=plot.decimals,
        source=source or ("" if plot.source is None else tell(plot.source)),
        cases=tuple(None if case is None else (case[0], case[1]) for case in plot.cases),
        higher_is_better=None if plot.higher is None else bool(plot.higher),
    )
