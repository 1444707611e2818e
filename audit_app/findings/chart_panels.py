"""A chart with its sentence, its numbers and what each point opens: one value for page, paper and sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from audit_app.exports.chart_json import option
from audit_app.exports.charts import Chart
from audit_app.exports.document import Block, Figure, Grid, GridColumn, Heading, KeepTogether, Text
from audit_app.exports.sheet import Column, Sheet
from audit_app.findings.chart_figures import FEWEST
from audit_app.web.formats import number, percent


@dataclass(frozen=True)
class Line:
    """A row of the numbers beneath a chart: its name, counts with the addresses of their rows, and rates."""

    name: str
    counts: tuple[tuple[int, str], ...]
    rates: tuple[str, ...] = ()
    shares: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Panel:
    """A chart with its sentence, its numbers, and what each point opens."""

    key: str
    chart: Chart
    note: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    rates: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is no case at all: a sentence says more than bars of nothing."""
        return not any(count for line in self.lines for count, _address in line.counts)

    @property
    def option(self) -> dict[str, Any]:
        """The chart for the page; a point opens its rows."""
        links = [[address for _count, address in line.counts] for line in self.lines]
        return option(self.chart) | {"links": links} | self.more

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The numbers, each a link to its rows, for the table beneath the chart."""
        return [
            (line.name, *(_linked(*each) for each in line.counts), *line.rates) for line in self.lines
        ]  # fmt: skip


def _linked(count: int, address: str) -> Any:
    told = number(count)
    return Markup('<a href="{}">{}</a>').format(address, told) if count and address else told


def rate(part: int, whole: int) -> str:
    """A share with what it is made of; of too few cases only those."""
    if not whole:
        return str(_("no case"))
    counts = _("%(part)s of %(whole)s", part=number(part), whole=number(whole))
    if whole < FEWEST:
        return str(_("%(counts)s: too few for a rate", counts=counts))
    return str(_("%(rate)s (%(counts)s)", rate=percent(100 * part / whole, 0), counts=counts))


def blocks(panel: Panel, name: str, empty: str) -> list[Block]:
    """The panel on paper; ``empty``: the sentence in place of bars of nothing."""
    columns = tuple(
        GridColumn(title, 2 if place else 3, "right" if place else "left")
        for place, title in enumerate((*panel.columns, *panel.rates))
    )
    rows = tuple((line.name, *(count for count, _url in line.counts), *line.rates) for line in panel.lines)
    head = Heading(name, 2)
    if panel.is_empty:
        return [KeepTogether((head, Text(empty)))]
    figure = KeepTogether((head, Text(panel.note), Figure(panel.chart)))
    return [figure, Grid(columns, rows, compact=True)]


def sheet(panel: Panel, name: str, facts: Sequence[tuple[str, str]], empty: str) -> Sheet:
    """The panel as a sheet with its native chart."""
    head, *counts = panel.columns
    columns = (
        Column(head, width=30),
        *(Column(title, "int", width=16) for title in counts),
        *(Column(title, "percent", width=18, decimals=0) for title in panel.rates),
    )
    rows = [(line.name, *(count for count, _url in line.counts), *line.shares) for line in panel.lines]
    charts = () if panel.is_empty else (panel.chart,)
    return Sheet(
        name, columns, rows, heading=panel.chart.title, facts=tuple(facts), notes=(panel.note,),
        charts=charts, empty=empty,
    )  # fmt: skip
