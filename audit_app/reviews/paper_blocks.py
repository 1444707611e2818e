"""Compiled blocks on paper: remarks of one tone together, charts in rows, tables as grids."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Literal

from flask_babel import gettext as _

from audit_app.exports.charts import Chart
from audit_app.exports.document import (
    Block,
    Bullets,
    Callout,
    Figure,
    FigureRow,
    Grid,
    GridCell,
    GridColumn,
    Heading,
    Text,
)
from audit_app.exports.values import Badge, Tone
from audit_app.reviews.charting import chart
from audit_app.reviews.pack import Column, Month, Plot, Remark, Said, Table, Toned, Value
from audit_app.reviews.pack import Figure as Measured
from audit_app.reviews.sources import Sources
from audit_app.reviews.telling import NUMERIC, tell, tell_cell


def concluded(texts: Iterable[tuple[str, str]], level: Literal[2, 3]) -> Iterator[Block]:
    """The parts of the conclusion under their titles; what is not written yet says so."""
    for title, text in texts:
        yield Heading(title, level)
        yield (
            Text(text)
            if text.strip()
            else Callout(_("Not written yet: it is concluded in the meeting."), "warn")
        )


def render_blocks(blocks: Iterable[object], sources: Sources | None = None) -> Iterator[Block]:
    """Compiled blocks in order: remarks of one tone together, charts in rows, tables as grids.

    ``sources``: what says under tables and charts where their figures come from.
    """
    plots: list[Plot] = []
    remarks: list[Remark] = []
    for block in blocks:
        if remarks and not (isinstance(block, Remark) and block.tone == remarks[0].tone):
            yield from _remarks(remarks)
            remarks = []
        if plots and not isinstance(block, Plot):
            yield from _figures(plots, sources)
            plots = []
        if isinstance(block, Remark):
            remarks.append(block)
        elif isinstance(block, Plot):
            plots.append(block)
        elif isinstance(block, Table) and block.where != "book":
            yield from _grid(block)
            if sources is not None and (line := sources.line(block)):
                yield Text(line, "note")
    if remarks:
        yield from _remarks(remarks)
    yield from _figures(plots, sources)


def _remarks(remarks: list[Remark]) -> Iterator[Block]:
    words = [tell(remark.said) for remark in remarks]
    titles = {"bad": _("Missed or late"), "warn": _("To watch"), "good": _("As wanted")}
    tone = remarks[0].tone
    if tone in titles:
        yield Callout(tuple(words) if len(words) > 1 else words[0], tone, titles[tone])
    else:
        yield Bullets(tuple(words))


def _figures(plots: list[Plot], sources: Sources | None) -> Iterator[Block]:
    """One chart over the whole width; of several the important ones two to a row, the others three."""

    def drawn(some: list[Plot]) -> tuple[Chart, ...]:
        return tuple(chart(each, sources.of_plot(each) if sources else "") for each in some)

    if len(plots) == 1:
        yield Figure(drawn(plots)[0], 44)
        return
    if len(plots) == 3:
        yield FigureRow(drawn(plots), 3, 38)
        return
    large = [plot for plot in plots if _code(plot) in (*IMPORTANT, "")]
    small = [plot for plot in plots if plot not in large]
    if len(large) % 2 and small:
        large.append(small.pop(0))
    if len(small) == 1 or len(plots) == 2:
        large, small = large + small, []
    if large:
        yield FigureRow(drawn(large), 2, 46)
    if small:
        yield FigureRow(drawn(small), 3, 33)


def _code(plot: Plot) -> str:
    """Code of the indicator a chart shows; "" for charts of records."""
    facts = dict(plot.title.facts) if isinstance(plot.title, Said) else {}
    return str(facts.get("code", ""))


IMPORTANT = frozenset({"AVL", "SLA", "MTTR", "CSAT", "OBJ", "SUP"})
"""Indicators whose charts are large wherever they stand among others."""


def _grid(table: Table) -> Iterator[Block]:
    columns = tuple(
        GridColumn(tell(column.title), column.width, "right" if column.kind in NUMERIC else "left")
        for column in table.columns
    )
    rows = tuple(
        _marked(tuple(map(cell, row, table.columns)), mark)
        for row, mark in zip(table.rows, table.marks or (None,) * len(table.rows), strict=True)
    )
    empty = tell(table.empty) if table.empty is not None else ""
    yield Heading(tell(table.title), 3)
    dense = sum(isinstance(column.title, Month) for column in table.columns) > 8
    yield Grid(columns, rows, limit=table.limit, empty=empty, compact=len(columns) > 4, dense=dense)


def _marked(cells: tuple[GridCell, ...], mark: Said | None) -> tuple[GridCell, ...]:
    """A row whose first cell also says what is new or different in it."""
    return cells if mark is None else ((cells[0], Badge(tell(mark), "info")), *cells[1:])


def cell(value: Value, column: Column) -> GridCell:
    """One cell on paper: a tone becomes a mark beside it, in bold where it is a word."""
    words = tell_cell(value, column)
    if not isinstance(value, Toned):
        return words
    measured = isinstance(value.value, Measured | int | Decimal | date)
    return Tone(words, value.tone) if measured else Badge(words, value.tone)
